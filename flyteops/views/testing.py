"""How the project's own tests ended: as a person reads it, as JSON, as JUnit's XML for a CI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flyteops.local.outcomes import Outcome
from flyteops.model.digest import Json, JsonObject
from flyteops.views.escape import safe

SHOWN = 200
"""Characters of a value that are shown."""


def render_tests(outcomes: Sequence[Outcome]) -> str:
    """A line a test, what differs below it, and the count."""
    lines = [line for each in outcomes for line in _told(each)]
    failed = sum(not each.passed for each in outcomes)
    count = f"{len(outcomes)} test" + ("s" if len(outcomes) != 1 else "")
    verdict = f"{failed} of {count} failed" if failed else f"{count} passed"
    return "\n".join([*lines, "", verdict]) + "\n"


def _told(outcome: Outcome) -> Iterator[str]:
    word = "ok" if outcome.passed else "FAILED"
    yield f"  {word:<6}  {safe(outcome.example.name)}  {outcome.example.target}  {outcome.duration_s:.1f}s"
    yield from (f"          {line}" for line in reasons(outcome))


def reasons(outcome: Outcome) -> Iterator[str]:
    """Why a test failed, line by line."""
    for each in outcome.differences:
        yield f"output {safe(each.path)}: expected {_cut(each.expected)}, got {_cut(each.found)}"
    if outcome.result.phase == "succeeded":
        return
    yield f"the run {outcome.result.phase}"
    for node in outcome.result.nodes:
        if node.error is not None:
            yield f"{safe(node.path)}: {safe(node.error.message)}"
            if node.log:
                yield f"log: {safe(node.log)}"


def _cut(text: str) -> str:
    shown = safe(text)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"


def tests_wire(outcomes: Sequence[Outcome]) -> JsonObject:
    """The same as a JSON document."""
    return {"tests": [_wire(each) for each in outcomes], "failed": sum(not each.passed for each in outcomes)}


def _wire(outcome: Outcome) -> JsonObject:
    differences: list[Json] = [
        {"path": each.path, "expected": each.expected, "found": each.found} for each in outcome.differences
    ]
    return {
        "name": outcome.example.name,
        "target": str(outcome.example.target),
        "passed": outcome.passed,
        "execution": outcome.result.execution,
        "phase": outcome.result.phase,
        "duration_s": round(outcome.duration_s, 3),
        "differences": differences,
        "error": outcome.result.error.message if outcome.result.error else None,
    }


def junit(outcomes: Sequence[Outcome], *, project: str) -> str:
    """One suite in the form that CI systems read."""
    failed = sum(not each.passed for each in outcomes)
    total = sum(each.duration_s for each in outcomes)
    cases = "".join(_case(each) for each in outcomes)
    head = f'name="{_xml(project)}" tests="{len(outcomes)}" failures="{failed}" time="{total:.3f}"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuite {head}>\n{cases}</testsuite>\n'


def _case(outcome: Outcome) -> str:
    named = f'classname="{_xml(str(outcome.example.target))}" name="{_xml(outcome.example.name)}"'
    told = [_xml(line) for line in reasons(outcome)]
    if not told:
        return f'  <testcase {named} time="{outcome.duration_s:.3f}"/>\n'
    failure = f'<failure message="{told[0]}">{chr(10).join(told)}</failure>'
    return f'  <testcase {named} time="{outcome.duration_s:.3f}">{failure}</testcase>\n'


def _xml(text: str) -> str:
    """Text as XML takes it; characters that it does not know become a sign."""
    known = "".join(each if each.isprintable() or each in "\t\n" else "?" for each in text)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        known = known.replace(character, entity)
    return known

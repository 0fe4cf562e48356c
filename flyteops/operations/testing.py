"""The project's own tests: what each runs, and whether what came out is what is expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from flyteops.execution.graph import graph_of_task, graph_of_workflow
from flyteops.local import RunResult
from flyteops.local.launching import Intake
from flyteops.local.outcomes import Difference, Outcome
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.model.errors import InvalidProject
from flyteops.model.examples import Example
from flyteops.model.ids import Kind
from flyteops.model.program import Program
from flyteops.model.types import type_wire
from flyteops.model.value_text import value_text
from flyteops.operations.running import Launch, launched_plan
from flyteops.operations.standing_in import on_this_machine
from flyteops.ports.store import BlobStore
from flyteops.runtime.converting import convert, each_blob, holds_blob


def chosen(program: Program, names: Iterable[str]) -> tuple[Example, ...]:
    """The tests of these names, all of them when none is given; InvalidProject for a name that is none."""
    wanted = tuple(dict.fromkeys(names))
    faults = [_unknown(name, program) for name in wanted if name not in program.examples]
    if faults:
        raise InvalidProject(faults)
    return tuple(program.examples[name] for name in wanted or sorted(program.examples))


def _unknown(name: str, program: Program) -> Diagnostic:
    near = difflib.get_close_matches(name, program.examples, n=3)
    known = ", ".join(near or sorted(program.examples)[:10])
    way_out = f"{'nearest' if near else 'tests'}: {known}" if known else "declare one under tests:"
    return Diagnostic(code="FO372", message=f'there is no test "{name}" in this project', place=None, help=way_out)


def launch_of(program: Program, example: Example) -> Launch:
    """The run of a test."""
    inputs, target = dict(example.inputs), example.target
    if target.kind is Kind.TASK:
        graph = graph_of_task(program.tasks[target.name])
        return Launch(target=target, graph=on_this_machine(program, graph), inputs=inputs)
    plan = launched_plan(program, target)
    graph = graph_of_workflow(program, program.workflows[plan.workflow])
    return Launch(target=target, graph=on_this_machine(program, graph), inputs=inputs, plan=plan)


def outcome_of(example: Example, result: RunResult, *, store: BlobStore, root: str, duration_s: float) -> Outcome:
    """Holds the outputs of the run against what is expected; files are compared by content."""
    found = tuple(_differences(example, result.outputs, store=store, root=root))
    differences = found if result.phase == "succeeded" else ()
    return Outcome(example=example, result=result, differences=differences, duration_s=duration_s)


def _differences(
    example: Example, outputs: Mapping[str, JsonObject], *, store: BlobStore, root: str
) -> Iterator[Difference]:
    intake = Intake(store, root)
    for name, literal in example.expect:
        of = type_wire(literal.type)
        expected = _by_content(intake.value(literal.value, of, label=f"test {example.name}, output {name}"), of)
        intake.check()
        document = outputs.get(name)
        if document is None:
            yield Difference(path=name, expected=value_text(expected), found="nothing")
            continue
        given = _by_content(convert(document["value"], document["type"], of), of)
        yield from _apart(name, expected, given)


def _by_content(value: Json, of: Json) -> Json:
    """The value with its files named by their content alone."""
    if not holds_blob(of):
        return value
    return each_blob(value, of, lambda blob, _: {"sha256": blob.get("sha256")})


def _apart(path: str, expected: Json, found: Json) -> Iterator[Difference]:
    """The innermost places that differ; a list of another length, or a map of other keys, is told as a whole."""
    if canonical(expected) == canonical(found):
        return
    if isinstance(expected, dict) and isinstance(found, dict) and set(expected) == set(found):
        for key in expected:
            inner = path if "$u" in expected or key.startswith("$") else f"{path}.{key}"
            yield from _apart(inner, expected[key], found[key])
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from _apart(f"{path}.{index}", one, other)
    else:
        yield Difference(path=path, expected=value_text(expected), found=value_text(found))


__all__ = ["Difference", "Outcome", "chosen", "launch_of", "outcome_of"]

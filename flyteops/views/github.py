"""Annotations as workflow commands of GitHub: one line each, escaped, worst first, and no more than it shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal as OneOf

from flyteops.model.diagnostics import Diagnostic, Severity
from flyteops.model.frozen import frozen
from flyteops.model.plan import Change, Plan, PlanContext
from flyteops.views.escape import safe
from flyteops.views.plan import plan_summary

MOST_OF_A_KIND = 10
"""GitHub shows ten annotations of a kind a step, and drops the others without a word."""
Level = OneOf["error", "warning", "notice"]


@frozen
class Annotation:
    """What is written at a place of a file, or beside none."""

    level: Level
    title: str
    text: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


def diagnostics_annotations(found: Iterable[Diagnostic], *, folder: str = "") -> str:
    """Diagnostics as annotations, errors first; `folder` is the project's, as in `ml/`, since GitHub counts paths
    from the root of the repository."""
    return render_annotations([_of_diagnostic(each) for each in found], folder=folder)


def plan_annotations(plan: Plan, context: PlanContext | None = None, *, folder: str = "") -> str:
    """What a reviewer must see of a plan: refusals, breaks and retirements; then the summary as a notice."""
    beside = context or PlanContext()
    told = beside.deltas.change if beside.deltas else plan
    found = [
        Annotation(level="error", title=f"{each.rule}: apply would refuse", text=f"{each.message}\n{each.way_out}")
        for each in beside.refusals
    ]
    for change in told.changes:
        found.extend(_of_change(change))
    found += [Annotation(level="warning", title="plan", text=each) for each in plan.warnings]
    where = f"{plan.project}/{plan.domain}"
    found.append(Annotation(level="notice", title=f"flyteops plan of {where}", text=plan_summary(told, beside.timings)))
    return render_annotations(found, folder=folder)


def _of_change(change: Change) -> list[Annotation]:
    file = next((each.file for each in change.fields if each.file), None)
    line = next((each.line for each in change.fields if each.file), None)
    found = []
    for finding in change.findings:
        if finding.breaking:
            users = [*finding.consumers, *(["whoever launches it"] if finding.outside else [])]
            used = f"; used by {', '.join(users[:10])}" if users else ""
            text = f"{change.entity}: {finding.message}{used}"
            title = f"{finding.rule}: breaking"
            found.append(Annotation(level="warning", title=title, text=text, file=file, line=line))
    if change.action == "retire":
        found.append(Annotation(level="warning", title="retire", text=f"{change.entity} is retired"))
    return found


def _of_diagnostic(found: Diagnostic) -> Annotation:
    place = found.place
    way_out = f"\nhelp: {found.help}" if found.help else ""
    label = f" ({found.label})" if found.label else ""
    return Annotation(
        level="error" if found.severity is Severity.ERROR else "warning",
        title=found.code,
        text=f"{found.message}{label}{way_out}",
        file=place.path if place else None,
        line=place.line if place else None,
        column=place.column if place else None,
        end_line=place.end_line if place else None,
        end_column=place.end_column if place else None,
    )


def render_annotations(found: Sequence[Annotation], *, folder: str = "") -> str:
    """The commands, each level capped; what was left out is counted in a line that GitHub takes for plain text."""
    lines: list[str] = []
    for level in ("error", "warning", "notice"):
        alike = [each for each in found if each.level == level]
        lines += [_command(each, folder) for each in alike[:MOST_OF_A_KIND]]
        if len(alike) > MOST_OF_A_KIND:
            lines.append(f"{len(alike) - MOST_OF_A_KIND} more of kind {level} are not annotated: see -o json")
    return "\n".join(lines) + "\n" if lines else ""


def _command(each: Annotation, folder: str) -> str:
    at = {
        "file": f"{folder}{each.file}" if each.file else None,
        "line": each.line,
        "col": each.column,
        "endLine": each.end_line,
        # A range over several lines has no columns there.
        "endColumn": each.end_column if each.end_line == each.line else None,
        "title": each.title,
    }
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in at.items() if value is not None)
    return f"::{each.level} {properties}::{_escaped(each.text)}"


def _escaped(text: str) -> str:
    """The text on one line: a line break of the user's would begin a command of its own."""
    lines = [safe(line) for line in text.split("\n")]
    return "%0A".join(line.replace("%", "%25") for line in lines)


def _property(text: str) -> str:
    return safe(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")

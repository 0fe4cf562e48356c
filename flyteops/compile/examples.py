"""The section `tests`: what is run, its inputs and what must come out, all of it typed."""

from __future__ import annotations

from flyteops.compile.faults import suggestion
from flyteops.compile.fields import map_in, text_in
from flyteops.compile.known import Known
from flyteops.compile.layers import Declared
from flyteops.compile.tasks import task_by_path
from flyteops.compile.values import read_literal
from flyteops.model.entities import Interface, LaunchPlan
from flyteops.model.examples import Example
from flyteops.model.ids import EntityId, Kind
from flyteops.model.literals import Literal
from flyteops.model.types import spelling
from flyteops.source.tree import Entry, Mapping, Scalar

_SECTIONS = {"task": "tasks", "workflow": "workflows", "launch_plan": "launch_plans"}


def compile_examples(known: Known, launch_plans: dict[str, LaunchPlan]) -> dict[str, Example]:
    """Every declared test that is sound."""
    found: dict[str, Example] = {}
    for name, declared in known.declared("tests").items():
        example = _example(known, declared, launch_plans)
        if example is not None:
            found[name] = example
    return found


def _example(known: Known, declared: Declared, launch_plans: dict[str, LaunchPlan]) -> Example | None:
    body = declared.body
    kind = next((each for each in _SECTIONS if body.get(each) is not None), None)
    named = body.get(kind) if kind is not None else None
    if kind is None or not isinstance(named, Scalar):
        return None
    found = _interface(known, kind, named, launch_plans)
    if found is None:
        return None
    interface, plan = found
    return Example(
        name=declared.name,
        target=EntityId(Kind(kind), named.text),
        inputs=_inputs(known, declared, interface, plan, f"{kind}/{named.text}"),
        expect=_expected(known, body, interface, f"{kind}/{named.text}"),
        description=text_in(body, "description") or "",
        place=declared.place,
    )


def _interface(
    known: Known, kind: str, named: Scalar, launch_plans: dict[str, LaunchPlan]
) -> tuple[Interface, LaunchPlan | None] | None:
    """What is run; None when there is no such thing, which is told, or when it is broken, which was told."""
    name, section = named.text, known.declared(_SECTIONS[kind])
    if kind == "task":
        task = task_by_path(known, name, named.place) if ":" in name else known.tasks.get(name)
        if task is not None:
            return task.interface, None
    if kind == "launch_plan" and name in launch_plans:
        workflow = known.workflows.get(launch_plans[name].workflow)
        return (workflow.interface, launch_plans[name]) if workflow else None
    if kind == "workflow" and (found := known.workflows.get(name)) is not None:
        return found.interface, None
    if name not in section and ":" not in name:
        what = kind.replace("_", " ")
        way_out = suggestion(name, section, kinds=_SECTIONS[kind])
        known.faults.add("FO372", f'there is no {what} "{name}" to test', at=named.place, help=way_out)
    return None


def _inputs(
    known: Known, declared: Declared, interface: Interface, plan: LaunchPlan | None, subject: str
) -> tuple[tuple[str, Literal], ...]:
    fixed = dict(plan.fixed_inputs) if plan else {}
    values = {**(dict(plan.default_inputs) if plan else {}), **fixed}
    variables = {each.name: each for each in interface.inputs}
    for entry in _entries(declared.body, "inputs"):
        name = entry.key.text
        if name in fixed:
            known.faults.add("FO281", f'the input "{name}" is fixed by {subject}', at=entry.key.place,
                             help="leave it out, or test the workflow, where it is free")  # fmt: skip
        elif name not in variables:
            known.faults.add("FO280", f'{subject} has no input "{name}"', at=entry.key.place,
                             help=suggestion(name, variables, kinds="inputs"))  # fmt: skip
        else:
            of = variables[name].type
            literal = read_literal(entry.value, of, faults=known.faults, subject=f'the input "{name}"')
            if literal is not None:
                values[name] = literal
    given = {entry.key.text for entry in _entries(declared.body, "inputs")}
    missing = [each for each in interface.inputs if each.required and each.name not in {*given, *values}]
    if missing and declared.sound:
        listed = ", ".join(f"{each.name}: {spelling(each.type)}" for each in missing)
        known.faults.add("FO373", f'the test "{declared.name}" does not give what {subject} needs', at=declared.place,
                         label=f"needs {listed}", help=f"add inputs: {{{missing[0].name}: …}}")  # fmt: skip
    return tuple(sorted(values.items()))


def _expected(known: Known, body: Mapping, interface: Interface, subject: str) -> tuple[tuple[str, Literal], ...]:
    variables = {each.name: each for each in interface.outputs}
    expected: dict[str, Literal] = {}
    for entry in _entries(body, "expect"):
        name = entry.key.text
        if name not in variables:
            known.faults.add("FO372", f'{subject} has no output "{name}" to expect', at=entry.key.place,
                             help=suggestion(name, variables, kinds="outputs"))  # fmt: skip
            continue
        of = variables[name].type
        literal = read_literal(entry.value, of, faults=known.faults, subject=f'the output "{name}"')
        if literal is not None:
            expected[name] = literal
    return tuple(sorted(expected.items()))


def _entries(body: Mapping, field: str) -> tuple[Entry, ...]:
    given = map_in(body, field)
    return given.entries if given is not None else ()

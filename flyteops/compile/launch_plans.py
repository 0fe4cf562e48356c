"""Launch plans: inputs given in advance, read by the workflow's interface; schedules."""

from __future__ import annotations

from flyteops.compile.faults import suggestion
from flyteops.compile.fields import flag_in, int_of, map_in, pairs_in, text_in
from flyteops.compile.known import Known
from flyteops.compile.layers import Declared
from flyteops.compile.plan_options import read_options
from flyteops.compile.schedules import read_schedule
from flyteops.compile.values import read_literal
from flyteops.model.diagnostics import Related
from flyteops.model.entities import LaunchPlan, Variable
from flyteops.model.literals import Literal
from flyteops.source.tree import Mapping, Scalar

Given = tuple[tuple[str, Literal], ...]


def compile_launch_plans(known: Known) -> dict[str, LaunchPlan]:
    """Every declared launch plan that has no fault."""
    found: dict[str, LaunchPlan] = {}
    for name in known.declared("launch_plans"):
        plan = launch_plan_of(known, name)
        if plan is not None:
            found[name] = plan
    return found


def launch_plan_of(known: Known, name: str) -> LaunchPlan | None:
    """The declared plan of a name, compiled once; its workflow must have been. Else the one that every workflow has."""
    declared = known.declared("launch_plans").get(name)
    if declared is None:
        return LaunchPlan(name=name, workflow=name) if known.workflows.get(name) is not None else None
    if name not in known.launch_plans:
        known.launch_plans[name] = _launch_plan(known, declared)
    return known.launch_plans[name]


def _launch_plan(known: Known, declared: Declared) -> LaunchPlan | None:
    body, name = declared.body, declared.name
    known.bodies[f"launch_plan/{name}"] = (declared.place, body)
    target = body.get("workflow")
    if not isinstance(target, Scalar):
        if declared.sound:
            known.faults.add(
                "FO209",
                f'launch plan "{name}" does not say what it launches',
                at=declared.place,
                help="add workflow: NAME, or like: another plan",
            )
        return None
    if not _target_fits(known, name, declared, target):
        return None
    workflow = known.workflows.get(target.text)
    if workflow is None:
        return None
    variables = {variable.name: variable for variable in workflow.interface.inputs}
    defaults = _given(known, body, "default_inputs", variables, target.text)
    fixed = _given(known, body, "fixed_inputs", variables, target.text)
    _refuse_both(known, body)
    given = {each for each, _ in (*(defaults or ()), *(fixed or ()))} | _names(body)
    written = map_in(body, "schedule")
    free = {each: variable for each, variable in variables.items() if each not in _names_of(body, "fixed_inputs")}
    schedule = None
    if written is not None:
        unbound = [each for each in variables.values() if each.required and each.name not in given]
        if not declared.sound:
            unbound = []  # what gave them may have been refused
        schedule = read_schedule(
            written, key=body.key("schedule"), free=free, unbound=unbound, plan=name, faults=known.faults
        )
    options = read_options(known, body, declared=declared, schedule=schedule)
    if defaults is None or fixed is None or (written is not None and schedule is None) or options is None:
        return None
    return LaunchPlan(
        name=name,
        workflow=target.text,
        default_inputs=defaults,
        fixed_inputs=fixed,
        schedule=schedule,
        active=flag_in(body, "active") is not False,
        max_parallelism=int_of(body.get("max_parallelism")),
        description=text_in(body, "description") or "",
        labels=pairs_in(body, "labels"),
        annotations=pairs_in(body, "annotations"),
        service_account=text_in(body, "service_account"),
        notifications=options.notifications,
        concurrency=options.concurrency,
        overwrite_cache=flag_in(body, "overwrite_cache") is True,
        raw_data=text_in(body, "raw_data"),
    )


def _target_fits(known: Known, name: str, declared: Declared, target: Scalar) -> bool:
    workflows = known.declared("workflows")
    if target.text not in workflows:
        known.faults.add(
            "FO276",
            f'there is no workflow "{target.text}"',
            at=target.place,
            help=suggestion(target.text, workflows, kinds="workflows"),
        )
        return False
    if name in workflows and name != target.text:
        known.faults.add(
            "FO277",
            f'the launch plan "{name}" bears the name of a workflow, but launches {target.text}',
            at=declared.place,
            help=f"only a plan of {name} itself may be called so; give this one another name",
            related=(Related(place=workflows[name].place, label=f"the workflow {name}"),),
        )
        return False
    return True


def _given(known: Known, body: Mapping, field: str, variables: dict[str, Variable], workflow: str) -> Given | None:
    node = map_in(body, field)
    if node is None:
        return ()
    found: list[tuple[str, Literal]] = []
    for entry in node.entries:
        variable = variables.get(entry.key.text)
        if variable is None:
            known.faults.add(
                "FO211",
                f'workflow {workflow} has no input "{entry.key.text}"',
                at=entry.key.place,
                help=suggestion(entry.key.text, variables, kinds="inputs"),
            )
            continue
        literal = read_literal(
            entry.value, variable.type, faults=known.faults, subject=f'the input "{entry.key.text}" of {workflow}'
        )
        if literal is not None:
            found.append((entry.key.text, literal))
    return tuple(sorted(found, key=_name_of)) if len(found) == len(node.entries) else None


def _name_of(pair: tuple[str, Literal]) -> str:
    return pair[0]


def _names_of(body: Mapping, field: str) -> set[str]:
    node = map_in(body, field)
    return {entry.key.text for entry in node.entries} if node is not None else set()


def _names(body: Mapping) -> set[str]:
    return _names_of(body, "default_inputs") | _names_of(body, "fixed_inputs")


def _refuse_both(known: Known, body: Mapping) -> None:
    defaults, fixed = map_in(body, "default_inputs"), map_in(body, "fixed_inputs")
    if defaults is None or fixed is None:
        return
    for entry in fixed.entries:
        other = defaults.key(entry.key.text)
        if other is not None:
            known.faults.add(
                "FO278",
                f'"{entry.key.text}" is a default and fixed',
                at=entry.key.place,
                help="keep one of them: a fixed input cannot be changed by whoever launches",
                related=(Related(place=other.place, label="the default, which nobody would see"),),
            )

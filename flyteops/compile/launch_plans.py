"""Launch plans: inputs given in advance, read by the workflow's interface; schedules."""

from __future__ import annotations

from flyteops.compile.faults import suggestion
from flyteops.compile.fields import flag_in, int_of, map_in, pairs_in, text_in, with_field, without
from flyteops.compile.known import Known
from flyteops.compile.layers import Declared
from flyteops.compile.plan_options import read_options
from flyteops.compile.queries import as_query
from flyteops.compile.schedules import SCHEDULE_TIME, no_clock, read_schedule, second_kickoff
from flyteops.compile.values import read_literal
from flyteops.model.artifacts import ArtifactQuery, Trigger
from flyteops.model.diagnostics import Related
from flyteops.model.entities import LaunchPlan, Variable
from flyteops.model.frozen import frozen
from flyteops.model.literals import Literal
from flyteops.model.types import spelling
from flyteops.source.tree import Entry, Mapping, Scalar

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
    given_defaults, taken = _special(known, body, variables)
    defaults = _given(known, given_defaults, "default_inputs", variables, target.text)
    fixed = _given(known, body, "fixed_inputs", variables, target.text)
    trigger = _trigger(known, body, variables, target.text)
    bound = frozenset(trigger.binds) if trigger is not None else frozenset()
    _refuse_both(known, body)
    given = {each for each, _ in (*(defaults or ()), *(fixed or ()))} | (_names(body) - {taken.kickoff}) | bound
    written = map_in(body, "schedule")
    free = {each: variable for each, variable in variables.items() if each not in _names_of(body, "fixed_inputs")}
    schedule = None
    if written is not None:
        unbound = [each for each in variables.values() if each.required and each.name not in given]
        if not declared.sound:
            unbound = []  # what gave them may have been refused
        schedule = read_schedule(
            written,
            key=body.key("schedule"),
            free=free,
            unbound=unbound,
            plan=name,
            kickoff=taken.kickoff_node,
            faults=known.faults,
        )
    elif taken.kickoff_node is not None:
        no_clock(taken.kickoff_node, known.faults)
    if trigger is not None and declared.sound:
        _refuse_open(
            known, body, name, [each for each in variables.values() if each.required and each.name not in given]
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
        queries=taken.queries,
        trigger=trigger,
    )


@frozen
class _Special:
    """What stands under default_inputs and is no literal: queries, and the input that gets `$schedule.time`."""

    queries: tuple[tuple[str, ArtifactQuery], ...] = ()
    kickoff_node: Entry | None = None

    @property
    def kickoff(self) -> str:
        """The name of that input."""
        return self.kickoff_node.key.text if self.kickoff_node is not None else ""


def _special(known: Known, body: Mapping, variables: dict[str, Variable]) -> tuple[Mapping, _Special]:
    """The body without what is no literal among the defaults, and that."""
    node = map_in(body, "default_inputs")
    if node is None:
        return body, _Special()
    queries: list[tuple[str, ArtifactQuery]] = []
    kickoff: Entry | None = None
    kept: list[Entry] = []
    for entry in node.entries:
        query = as_query(entry.value)
        if isinstance(entry.value, Scalar) and entry.value.text == SCHEDULE_TIME:
            if kickoff is not None:
                second_kickoff(entry, kickoff.key, known.faults)
            kickoff = entry
        elif query is not None and isinstance(entry.value, Mapping) and entry.key.text in variables:
            known.asked.append((query, entry.value, (variables[entry.key.text],)))
            queries.append((entry.key.text, query))
        else:
            kept.append(entry)
    for_later = Entry(
        key=body.key("default_inputs") or Scalar(text="default_inputs", style="plain", place=node.place),
        value=Mapping(entries=tuple(kept), place=node.place, flow=node.flow),
    )
    return with_field(body, for_later.key, for_later.value), _Special(
        queries=tuple(sorted(queries)), kickoff_node=kickoff
    )


def _trigger(known: Known, body: Mapping, variables: dict[str, Variable], workflow: str) -> Trigger | None:
    node = map_in(body, "trigger")
    if node is None:
        return None
    query = as_query(without(node, "bind"))
    if query is None:
        return None
    binds = map_in(node, "bind")
    entries = binds.entries if binds is not None else ()
    fixed = _names_of(body, "fixed_inputs")
    for entry in entries:
        if entry.key.text not in variables or entry.key.text in fixed:
            why = "is fixed" if entry.key.text in fixed else f"is no input of the workflow {workflow}"
            free = [each for each in variables if each not in fixed]
            known.faults.add(
                "FO299",
                f'bind: "{entry.key.text}" {why}',
                at=entry.key.place,
                help=suggestion(entry.key.text, free, kinds="inputs"),
            )
    wanted = [variables[entry.key.text] for entry in entries if entry.key.text in variables]
    known.asked.append((query, node, tuple(wanted)))
    if len(wanted) < len(entries) or any(each.name in fixed for each in wanted):
        return None
    return Trigger(query=query, binds=tuple(sorted(entry.key.text for entry in entries)))


def _refuse_open(known: Known, body: Mapping, plan: str, unbound: list[Variable]) -> None:
    if not unbound:
        return
    key = body.key("trigger")
    known.faults.add(
        "FO299",
        f'the trigger of "{plan}" leaves inputs without a value: {", ".join(each.name for each in unbound)}',
        at=key.place if key is not None else body.place,
        label=f"nobody gives {', '.join(f'{each.name}: {spelling(each.type)}' for each in unbound)}",
        help=f"add default_inputs: {{{unbound[0].name}: …}}, or bind: {{{unbound[0].name}: $artifact}}",
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

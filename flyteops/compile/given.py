"""Inputs given at a launch (`--input`, `--inputs`, `--slot`): typed by the interface, completed, all faults at once."""

from __future__ import annotations

from collections.abc import Mapping as Dict

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.values import read_literal
from flyteops.model.diagnostics import Place
from flyteops.model.entities import LaunchPlan, Task, Variable
from flyteops.model.errors import InvalidProject
from flyteops.model.literals import Literal
from flyteops.model.program import Program
from flyteops.model.types import spelling
from flyteops.source.tree import TreeNode


def read_inputs(
    program: Program,
    plan: LaunchPlan,
    given: Dict[str, TreeNode],
    *,
    names: Dict[str, Place] | None = None,
    found: Dict[str, Literal] | None = None,
) -> dict[str, Literal]:
    """The inputs of a run of a launch plan; `names` are the places of the names, `found` are versions of artifacts for
    inputs that nobody gives. Raises InvalidProject."""
    faults = Faults()
    variables = program.workflows[plan.workflow].interface.inputs
    fixed = dict(plan.fixed_inputs)
    for name in given:
        if name in fixed:
            faults.add(
                "FO281",
                f'the input "{name}" is fixed by the launch plan {plan.name}',
                at=_place(name, given, names),
                help=f"leave it out, or run workflow/{plan.workflow}, where it is free",
            )
    free = {name: node for name, node in given.items() if name not in fixed}
    known = {**dict(plan.default_inputs), **fixed, **(found or {})}
    inputs = _read(variables, free, known, subject=f"launch plan {plan.name}", names=names, faults=faults, plan=plan)
    _raise(faults)
    return inputs


def read_task_inputs(
    program: Program, task: Task, given: Dict[str, TreeNode], *, names: Dict[str, Place] | None = None
) -> dict[str, Literal]:
    """The inputs of a run of one task; what its signature defaults is filled in where it is known."""
    faults = Faults()
    del program
    inputs = _read(task.interface.inputs, given, {}, subject=f"task {task.name}", names=names, faults=faults)
    _raise(faults)
    return inputs


def _read(
    variables: tuple[Variable, ...],
    given: Dict[str, TreeNode],
    known: Dict[str, Literal],
    *,
    subject: str,
    names: Dict[str, Place] | None,
    faults: Faults,
    plan: LaunchPlan | None = None,
) -> dict[str, Literal]:
    # A fixed input is no answer to a misspelt name.
    free = [each.name for each in variables if plan is None or each.name not in dict(plan.fixed_inputs)]
    for name in given:
        if name not in free:
            faults.add(
                "FO280",
                f'{subject} has no input "{name}"',
                at=_place(name, given, names),
                help=suggestion(name, free, kinds="inputs"),
            )
    inputs: dict[str, Literal] = {}
    missing: list[Variable] = []
    for variable in variables:
        literal = known.get(variable.name) or variable.default
        if variable.name in given:
            literal = read_literal(
                given[variable.name], variable.type, faults=faults, subject=f'the input "{variable.name}"'
            )
        elif literal is None and variable.required:
            missing.append(variable)
        if literal is not None:
            inputs[variable.name] = literal
    if missing:
        listed = ", ".join(f"{each.name}: {spelling(each.type)}" for each in missing)
        options = " ".join(f"--input {each.name}=…" for each in missing)
        kickoff = plan.schedule.kickoff_time_input if plan is not None and plan.schedule is not None else None
        options += f" (or --slot TIME for {kickoff})" if any(each.name == kickoff for each in missing) else ""
        faults.add(
            "FO282", f"{subject} needs {listed}", at=None, help=f"give {options}, or a file of them with --inputs"
        )
    return inputs


def _place(name: str, given: Dict[str, TreeNode], names: Dict[str, Place] | None) -> Place:
    return (names or {}).get(name) or given[name].place


def _raise(faults: Faults) -> None:
    if faults.has_errors():
        raise InvalidProject(faults.found)

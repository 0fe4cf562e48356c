"""Which inputs a launch of an address takes, as a JSON Schema. Reads a program, nothing else."""

from __future__ import annotations

from flyteops.compile.launch_schema import inputs_schema, plan_inputs_schema
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.digest import JsonObject
from flyteops.model.errors import InvalidProject
from flyteops.model.ids import Kind
from flyteops.model.program import Program
from flyteops.operations.running import find, launched_plan, require_runnable
from flyteops.source.suggest import did_you_mean


def launch_inputs_schema(program: Program, address: str, *, published: tuple[str, ...]) -> JsonObject:
    """The schema of what `run ADDRESS --inputs` takes; InvalidProject when neither an entity nor a published schema
    is called so."""
    try:
        target = find(program, address)
    except InvalidProject:
        if "/" in address or ":" in address:
            raise
        raise InvalidProject([_unknown(program, address, published)]) from None
    require_runnable(target)
    if target.kind is Kind.TASK:
        task = program.tasks[target.name]
        return inputs_schema(task.interface.inputs, address=str(target), about=task.description)
    plan = launched_plan(program, target)
    return plan_inputs_schema(plan, program.workflows[plan.workflow], address=str(target))


def _unknown(program: Program, name: str, published: tuple[str, ...]) -> Diagnostic:
    names = [*published, *(text for each, _ in program.entities() for text in (each.name, str(each)))]
    return Diagnostic(
        code="FO617",
        message=f'there is no schema "{name}"',
        place=None,
        help=did_you_mean(name, names)
        or f"published: {', '.join(published)}; or an address such as launch_plan/nightly",
    )

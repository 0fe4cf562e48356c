"""Failure handlers as tasks: a pod finds out what failed, then those are called that watch it, innermost first."""

from __future__ import annotations

import base64
from collections.abc import Callable

from flyteops.argo.faults import Findings
from flyteops.argo.pod import Result, control_pod
from flyteops.argo.shelf import Shelf
from flyteops.argo.target import Target
from flyteops.execution.steps import FailureHandler
from flyteops.model.digest import Json, JsonObject, canonical

CALLED = Result(parameter="called", default="-")
_OVER = ("Succeeded", "Failed", "Errored", "Skipped", "Omitted")


def handler_tasks(
    handlers: tuple[FailureHandler, ...],
    *,
    after: str,
    call_handler: Callable[[FailureHandler, str], JsonObject],
    shelf: Shelf,
    target: Target,
    found: Findings,
    when: str = "",
) -> tuple[list[JsonObject], str]:
    """The tasks, and the expression that holds when the last of them is over. `call_handler` makes the task of one."""
    listed: list[Json] = [{"step": each.step.path, "scope": each.scope} for each in handlers]
    told: JsonObject = {"v": 1, "do": "failure", "step": handlers[-1].step.path, "handlers": listed}
    pod = shelf.put("failure", control_pod("failure", target=target, found=found, result=CALLED))
    text = base64.b64encode(canonical(told)).decode("ascii")
    first: JsonObject = {
        "name": "failure",
        "template": pod,
        "arguments": {"parameters": [{"name": "invocation", "value": text}]},
        **({"depends": after} if after else {}),
        **({"when": when} if when else {}),
    }
    tasks = [first]
    over = "failure.Succeeded"
    for number, handler in enumerate(handlers):
        name = f"handler-{number}"
        asked = f"{{{{= tasks['failure'].outputs.parameters.called contains '-{number}-' }}}}"
        before = over if number == 0 else f"failure.Succeeded && ({over})"
        tasks.append({**call_handler(handler, name), "depends": before, "when": asked})
        over = " || ".join(f"{name}.{phase}" for phase in _OVER)
    return tasks, over

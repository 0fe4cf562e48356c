"""Gates: the engine waits, our runner decides.

A sleep is the engine's own. What somebody answers reaches the runner as one word of letters and digits (`yes`, `no`,
or a document in base64url): whatever else is typed into the engine is replaced before it comes near a pod, because
the engine would read braces in it as its own expressions.
"""

from __future__ import annotations

import math

from flyteops.argo.faults import Findings
from flyteops.argo.pod import INVOCATION, control_pod
from flyteops.argo.shelf import Shelf
from flyteops.argo.target import Target
from flyteops.execution.steps import Hold
from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import Approve, Sleep, WaitForInput
from flyteops.model.types import contains_blob, spelling

ANSWER = "{{inputs.parameters.answer}}"
MAX_ANSWER = 65536
"""Characters of an answer: it becomes an argument of a pod."""
# The engine's patterns take no count above 1000; a gate that was resumed by name has no answer at all.
_ANSWERED = "(tasks.ask.outputs?.parameters?.answer ?? 'none')"
CHECKED = (
    f"{{{{= {_ANSWERED} matches '^[A-Za-z0-9_-]+$' && len({_ANSWERED}) <= {MAX_ANSWER} ? {_ANSWERED} : 'none' }}}}"
)


def gate_template(work: Hold, path: str, name: str, *, shelf: Shelf, target: Target, found: Findings) -> str:
    """The template of the gate at `path`, whose DAG task is `name`. That of a sleep takes no parameters."""
    gate = work.gate
    if isinstance(gate, Sleep):
        return shelf.put("sleep", {"suspend": {"duration": f"{max(1, math.ceil(gate.duration_s))}s"}})
    if isinstance(gate, WaitForInput) and contains_blob(gate.type):
        found.refuse(
            "FO820",
            f"node {path} waits for a {spelling(gate.type)}, and nobody can hand a file to the engine",
            at=(found.address, f"nodes.{path}"),
            label="answered on this machine only",
            way_out="Wait for text, such as the key of a file, and let a task fetch it; or run it with flyteops run.",
        )
    waits: JsonObject = {} if gate.timeout_s is None else {"duration": f"{max(1, math.ceil(gate.timeout_s))}s"}
    # A gate that is too late goes on by itself, with the default: that is no answer.
    supplied: JsonObject = {"name": "answer", "valueFrom": {"supplied": {}, "default": "none"}}
    ask = shelf.put("ask", {"suspend": waits, "outputs": {"parameters": [supplied]}})
    pod = control_pod("hold", target=target, found=found, flags=("--answer", ANSWER))
    pod["inputs"] = {"parameters": [{"name": "invocation"}, {"name": "answer"}]}
    given: list[Json] = [{"name": "invocation", "value": INVOCATION}, {"name": "answer", "value": CHECKED}]
    tasks: list[Json] = [
        {"name": "ask", "template": ask},
        {
            "name": "pass",
            "template": shelf.put("pass", pod),
            "depends": "ask.Succeeded",
            "arguments": {"parameters": given},
        },
    ]
    found.note(_note(gate, path, name))
    inputs: JsonObject = {"parameters": [{"name": "invocation"}]}
    return shelf.put("gate", {"inputs": inputs, "dag": {"tasks": tasks, "failFast": False}})


def _note(gate: Approve | WaitForInput, path: str, name: str) -> str:
    if isinstance(gate, Approve):
        answer = "yes or no"
    else:
        answer = f'the base64url of {{"type": …, "value": …}}, a {spelling(gate.type)}'
    # By name: gates that are open at the same time are all displayed as "ask".
    return (
        f"node {path} waits in the engine as the node NODE whose name ends in .{name}.ask: argo node set RUN "
        "--node-field-selector name=NODE --output-parameter answer=ANSWER --phase Succeeded, where ANSWER is "
        f"{answer}; resumed without one, or too late, it fails"
    )

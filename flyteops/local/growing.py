"""A dynamic task's graph on its way into the run: checked, made ready, or told why it is none."""

from __future__ import annotations

from flyteops.execution.children import INSIDE
from flyteops.execution.steps import RunTask
from flyteops.local.answers import failure
from flyteops.local.jobs import NodeRecord
from flyteops.local.launching import Intake
from flyteops.local.machine import Machine
from flyteops.local.prepared import Prepared, prepare
from flyteops.model.errors import InvalidProject
from flyteops.model.works import DynamicWork
from flyteops.runtime.endings import INTERFACE
from flyteops.runtime.graphs import graph_key
from flyteops.runtime.session import Session
from flyteops.runtime.verbs import Answer

DEEPEST = 16
"""Dynamic tasks inside the graphs of dynamic tasks: a recursion that never ends is stopped."""


def waits_for_graph(node: NodeRecord, session: Session) -> bool:
    """Whether the step's call is over but not its work: it returned a graph, which is to run in its place."""
    work = node.step.work
    if not isinstance(work, RunTask) or not isinstance(work.task.work, DynamicWork):
        return False
    return session.store.size(session.commit_key(node.step.path)) is None


def grown(machine: Machine, node: NodeRecord, session: Session, *, label: str) -> Prepared | Answer:
    """The graph ready to run inside the step, or the answer that the step ends with."""
    work, document = node.step.work, session.store.get(graph_key(session, node.invocation))
    if document is None or machine.request.grow is None or not isinstance(work, RunTask):
        return failure(INTERFACE, "interface", "the graph that the task returned is gone")
    if label.count(INSIDE) >= DEEPEST:
        return failure(INTERFACE, "interface", f"graphs are nested at most {DEEPEST} deep: does {work.task.name} end?")
    intake = Intake(machine.store, machine.request.root)
    try:
        graph = machine.request.grow(work.task, document)
        inner = prepare(graph, machine.request.project, intake, label=f"{label}{node.step.path}{INSIDE}")
        intake.check()
    except InvalidProject as invalid:
        return _refused(invalid)
    return inner


def _refused(invalid: InvalidProject) -> Answer:
    """The first fault as the message, all of them behind it."""
    lines = [
        f"[{each.code}] {each.message}" + (f"\n  = help: {each.help}" if each.help else "")
        for each in invalid.diagnostics
    ]
    more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    return failure(INTERFACE, "interface", f"{invalid.diagnostics[0].message}{more}", traceback="\n".join(lines))

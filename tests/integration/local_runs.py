"""Small programs for the tests of local runs: tasks by name over one module of user code."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import flyteops
from flyteops.adapters.clock import RandomIds, SystemClock
from flyteops.adapters.store_file import FileStore
from flyteops.execution.graph import graph_of_task, graph_of_workflow
from flyteops.execution.invocation import step_invocation
from flyteops.execution.steps import RunGraph
from flyteops.local import RunEvent, RunRequest, RunResult, run
from flyteops.model.digest import Json
from flyteops.model.entities import Interface, Node, Task, TaskSettings, Variable, Workflow
from flyteops.model.literals import Literal
from flyteops.model.program import Program
from flyteops.model.references import Bound, InputRef, NodeRef, Referred
from flyteops.model.types import LiteralType
from flyteops.model.works import FunctionRef, FunctionWork

OURS = str(Path(flyteops.__file__).parents[1])


def task(
    name: str,
    inputs: Mapping[str, LiteralType],
    *outputs: LiteralType,
    settings: TaskSettings | None = None,
    returns: Any = None,
) -> Task:
    """The task `name`, which is the function of that name in `steps.py`."""
    return Task(
        name=name,
        work=FunctionWork(
            function=FunctionRef(module="steps", name=name),
            returns=returns or ("none", "value", "tuple")[min(len(outputs), 2)],
            code=f"code-of-{name}",
        ),
        interface=Interface(
            inputs=tuple(Variable(name=each, type=of) for each, of in inputs.items()),
            outputs=tuple(Variable(name=f"o{i}", type=of) for i, of in enumerate(outputs)),
        ),
        settings=settings or TaskSettings(),
    )


def from_input(name: str, of: LiteralType, to: str) -> Bound:
    return Bound(name=name, type=of, binding=Referred(to=InputRef(to), type=of))


def from_node(name: str, of: LiteralType, node: str, output: str = "o0") -> Bound:
    return Bound(name=name, type=of, binding=Referred(to=NodeRef(node, output), type=of))


def graph(
    tasks: list[Task],
    nodes: list[Node],
    *,
    inputs: Mapping[str, LiteralType] | None = None,
    outputs: tuple[Bound, ...] = (),
) -> RunGraph:
    interface = Interface(inputs=tuple(Variable(name=name, type=of) for name, of in (inputs or {}).items()))
    workflow = Workflow(
        name="w", interface=interface, nodes=tuple(sorted(nodes, key=lambda each: each.name)), outputs=outputs
    )
    program = Program(project="p", domain="d", tasks={each.name: each for each in tasks}, workflows={"w": workflow})
    return graph_of_workflow(program, workflow)


@dataclass
class Place:
    """A folder with user code, a store and logs."""

    root: Path
    events: list[RunEvent] = field(default_factory=list)

    def write(self, source: str, name: str = "steps.py") -> None:
        (self.root / "src").mkdir(exist_ok=True)
        (self.root / "src" / name).write_text(dedent(source))

    @property
    def store(self) -> FileStore:
        return FileStore(self.root / "store")

    def request(self, of: RunGraph | Task, **options: Any) -> RunRequest:
        given = dict(options.pop("inputs", {}))
        return RunRequest(
            graph=of if isinstance(of, RunGraph) else graph_of_task(of),
            project="p",
            root=str(self.root),
            code_roots=(str(self.root / "src"),),
            folder=str(self.root / "runs"),
            inputs={name: Literal(type=of, value=value) for name, (of, value) in given.items()},
            **{"parallel": 2, **options},
        )

    def run(self, of: RunGraph | Task, **options: Any) -> RunResult:
        self.events = []
        return run(
            self.request(of, **options),
            store=self.store,
            clock=SystemClock(),
            ids=RandomIds(),
            watch=self.events.append,
        )

    def pod(
        self, of: Task, inputs: Mapping[str, Json], *options: str, execution: str = "pod", verb: str = "task"
    ) -> subprocess.CompletedProcess[str]:
        """The same task by the verb of a pod, with the run's inputs as documents."""
        self.store.create(f"runs/{execution}/inputs.json", json.dumps(inputs).encode())
        step = graph_of_task(of).steps["task"]
        invocation = base64.b64encode(json.dumps(step_invocation("p", step)).encode()).decode()
        return self.verb(verb, invocation, *options, execution=execution)

    def verb(
        self, verb: str, invocation: str, *options: str, execution: str = "pod", attempt: str = "a1"
    ) -> subprocess.CompletedProcess[str]:
        where = ["--store", f"file://{self.root}/store", "--run", execution, "--attempt", attempt]
        code = ["--code", str(self.root / "src"), "--folder", str(self.root / f"work-{attempt}")]
        return subprocess.run(
            [sys.executable, "-P", "-m", "flyteops.runtime", verb, *where, *code, *options, invocation],
            env={**os.environ, "PYTHONPATH": OURS},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def commit(self, execution: str, step: str = "task") -> dict[str, Any] | None:
        found = self.store.get(f"runs/{execution}/{step}/commit.json")
        return json.loads(found) if found is not None else None

    def cache_entries(self) -> list[str]:
        return self.store.list("cache/")

from pathlib import Path

from flyteops.adapters.store_file import FileStore
from flyteops.execution.steps import (RunGraph)
from flyteops.local.launching import Intake, store_inputs
from flyteops.local.requests import RunRequest
from flyteops.model.entities import Variable
from flyteops.model.literals import Literal
from flyteops.model.types import INT


def provoke() -> None:
    """A launch by a program that did not ask the compiler first."""
    here = str(Path.cwd())
    graph = RunGraph(inputs=(Variable(name="rows", type=INT),), steps={}, outputs=())
    request = RunRequest(graph=graph, project="churn", root=here, code_roots=(), folder=here, inputs={"rows": Literal(type=INT, value=3), "row": Literal(type=INT, value=3)})
    store = FileStore(Path.cwd() / "store")
    store_inputs(request, store, "mine", Intake(store, here))

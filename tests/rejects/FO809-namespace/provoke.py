from types import SimpleNamespace

from flyteops.argo.faults import Findings
from flyteops.model.errors import InvalidProject


def provoke() -> None:
    """A target that did not come from flyteops.yaml, whose own check would have spoken first."""
    found = Findings(program=SimpleNamespace(origins={}), address="workflow/train")
    found.object_name("Churn_Production", at=("workflow/train", ""), what="namespace")
    raise InvalidProject(found.diagnostics)

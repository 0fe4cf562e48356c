from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.errors import InvalidProject
from flyteops.source import manifests


def provoke() -> None:
    """A file of another kind, in which every line is a fault; the last thing that is told."""
    path = "pipelines/values.yaml"
    places = [Place(path=path, line=line, column=1, end_line=line, end_column=9) for line in range(1, 1001)]
    faults = [Diagnostic(code="FO301", message="an unknown key", place=place) for place in places]
    raise InvalidProject(manifests._told(path, faults)[-1:])

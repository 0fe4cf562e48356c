from flyteops.model.errors import InvalidProject
from flyteops.source import reader


def provoke() -> None:
    """A PyYAML that was built without libyaml."""
    raise InvalidProject([reader._no_c_parser()])

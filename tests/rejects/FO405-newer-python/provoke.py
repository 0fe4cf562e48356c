from types import SimpleNamespace

from flyteops.model.errors import InvalidProject
from flyteops.source import modules


def provoke() -> None:
    """What a flyteops under Python 3.11 says of a statement of Python 3.12."""
    modules.sys = SimpleNamespace(version_info=(3, 11, 9, "final", 0))
    text = "type Row = list[int]\n"
    found = modules._syntax(SyntaxError("invalid syntax", (None, 1, 6, text)), text, "src/churn/rows.py")
    raise InvalidProject([found.diagnostic])

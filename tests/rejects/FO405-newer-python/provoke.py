from types import SimpleNamespace

from flyteops.model.errors import InvalidProject
from flyteops.source import parsing


def provoke() -> None:
    """What a flyteops under Python 3.11 says of a statement of Python 3.12."""
    text = "type Row = list[int]\n"
    real, parsing.sys = parsing.sys, SimpleNamespace(version_info=(3, 11, 9, "final", 0))
    try:
        found = parsing._syntax(SyntaxError("invalid syntax", (None, 1, 6, text)), text, "src/churn/rows.py")
    finally:
        parsing.sys = real
    raise InvalidProject([found.diagnostic])

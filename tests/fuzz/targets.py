# ruff: noqa: PT017  # no test: the oracle of a search
"""What is fuzzed, and what must hold for any bytes: a value, or faults with places in the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from flyteops.compile.faults import Faults
from flyteops.compile.type_expressions import read_type
from flyteops.execution.condition_parser import Unparsed, parse_condition
from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.works import FunctionRef
from flyteops.source.manifests import parse_file
from flyteops.source.reader import read_yaml
from flyteops.source.signatures import PythonSource
from flyteops.source.tree import Scalar
from tests.unit.source.telling import plain

AT = Place(path="a.yaml", line=1, column=1, end_line=1, end_column=2)
_BREAK = re.compile("\r\n|\r|\n|\x0c|\x85|\u2028|\u2029")


def reader(data: bytes) -> None:
    """Bytes to a tree, the tree to a manifest; the same tree with the line ends of Windows."""
    root, found = read_yaml("a.yaml", data)
    inside(found, data, "a.yaml")
    if root is None:
        return
    inside(parse_file("a.yaml", root)[1], data, "a.yaml")
    if b"\r" not in data and not found:
        other, faults = read_yaml("a.yaml", data.replace(b"\n", b"\r\n"))
        assert not faults, faults
        assert other is not None
        assert plain(other) == plain(root), "another tree with CR LF"


def condition(data: bytes) -> None:
    """Text to a condition, or the range of the token at fault."""
    text = data.decode("utf-8", "replace")
    try:
        parse_condition(text)
    except Unparsed as unparsed:
        assert 0 <= unparsed.start <= unparsed.end <= len(text) + 1, (unparsed.start, unparsed.end)
        assert unparsed.message
        assert unparsed.way_out


def type_expression(data: bytes) -> None:
    """Text to a type, or at least one fault."""
    text = data.decode("utf-8", "replace")
    faults = Faults()
    place = Place(path="a.yaml", line=1, column=1, end_line=1, end_column=1 + len(text))
    scalar = Scalar(text=text, style="double", place=place)
    found = read_type(scalar, named=lambda _module, _name, _at: (), faults=faults)
    assert found is not None or faults.found or ":" in text, "neither a type nor a fault"
    assert all(each.message and each.place for each in faults.found)


def signature(data: bytes) -> None:
    """Python's source text to the signature of its function `f`, or faults in it."""
    files = {"m.py": data}
    found = PythonSource(files.get, files.keys(), roots=(".",)).signature(FunctionRef(module="m", name="f"), AT)
    if isinstance(found, tuple):
        assert found, "neither a signature nor a fault"
        inside(found, data, "m.py")


def inside(found: Iterable[Diagnostic], data: bytes, path: str) -> None:
    """Each fault says something, and its place lies in the text."""
    lines = _BREAK.split(data.decode("utf-8", "replace"))
    for each in found:
        assert each.message, each
        assert each.place is not None, each
        if each.place.path == path:
            assert 1 <= each.place.line <= len(lines) + 1, each
            assert each.place.column >= 1, each
            assert (each.place.end_line, each.place.end_column) >= (each.place.line, each.place.column), each


TARGETS: dict[str, Callable[[bytes], None]] = {
    "reader": reader,
    "condition": condition,
    "type_expression": type_expression,
    "signature": signature,
}

"""Small projects of Python in memory, for the tests of signatures and closures."""

from __future__ import annotations

from textwrap import dedent

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.works import FunctionRef
from flyteops.source.python import Parameter, Signature
from flyteops.source.signatures import PythonSource

AT = Place(path="pipelines/a.yaml", line=3, column=15, end_line=3, end_column=18)


def source(
    files: dict[str, str | bytes], *, roots: tuple[str, ...] = (".",), ignored: frozenset[str] = frozenset()
) -> PythonSource:
    stored = {
        path: text if isinstance(text, bytes) else dedent(text).encode("utf-8", "surrogatepass")
        for path, text in files.items()
    }
    return PythonSource(stored.get, stored.keys(), roots=roots, ignored=ignored.intersection)


def read(text: str | bytes, name: str = "f", **others: str) -> Signature | tuple[Diagnostic, ...]:
    """The signature of a function of the module `m`; keywords are further modules (`pkg__mod` is `pkg/mod.py`)."""
    files: dict[str, str | bytes] = {f"{path.replace('__', '/')}.py": body for path, body in others.items()}
    files["m.py"] = text
    return source(files).signature(FunctionRef(module="m", name=name), AT)


def good(text: str, name: str = "f", **others: str) -> Signature:
    found = read(text, name, **others)
    assert isinstance(found, Signature), found
    return found


def parameter(annotation: str, *, before: str = "", default: str = "", **others: str) -> Parameter:
    """The one parameter of `def f(x: ANNOTATION = DEFAULT)`."""
    tail = f" = {default}" if default else ""
    return good(f"{dedent(before)}\ndef f(x: {annotation}{tail}): ...\n", **others).parameters[0]


def faults(text: str | bytes, name: str = "f", **others: str) -> list[tuple[str, str, str]]:
    """Code, message and place of every fault."""
    found = read(text, name, **others)
    assert not isinstance(found, Signature), found
    return [(fault.code, fault.message, str(fault.place)) for fault in found]

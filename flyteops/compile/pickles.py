"""Which classes may travel as pickles: those that defaults name, and those that a variable says `pickle: true` of.

Said once, it holds everywhere: a class that one variable may carry is known at the other end of its edges too.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import field
from fnmatch import fnmatchcase
from typing import Protocol

from flyteops.compile.faults import Faults
from flyteops.compile.fields import flag_in, text_in
from flyteops.compile.layers import Layers
from flyteops.compile.type_expressions import read_type
from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.frozen import frozen
from flyteops.model.types import LiteralType, pickles_in
from flyteops.model.works import FunctionRef
from flyteops.source.python import Signature
from flyteops.source.tree import Mapping, Scalar, TreeNode


class Python(Protocol):
    """The user's code, read and never run."""

    def signature(self, function: FunctionRef, at: Place) -> Signature | tuple[Diagnostic, ...]:
        """What is known of a function, or why it cannot be a task."""

    def named_type(self, module: str, name: str, at: Place) -> LiteralType | tuple[Diagnostic, ...]:
        """The type of a class named `module:name`."""

    def why_pickled(self, name: str) -> str:
        """Why objects of a class that is read as a pickle cannot be stored otherwise."""


@frozen
class Classes:
    """The classes that one entity may name, and which of them may travel as pickles."""

    python: Python
    patterns: tuple[str, ...] = ()
    said: frozenset[str] = field(default_factory=frozenset)

    def named_type(self, module: str, name: str, at: Place) -> LiteralType | tuple[Diagnostic, ...]:
        """The type of a class named `module:name`."""
        return self.python.named_type(module, name, at)

    def refused(self, of: LiteralType) -> str | None:
        """The first class of a type that nobody lets travel as a pickle."""
        return next((name for name in pickles_in(of) if not self.allows(name)), None)

    def allows(self, name: str) -> bool:
        """Whether objects of a class may travel as pickles."""
        return name in self.said or covered(name, self.patterns)

    def why(self, name: str) -> str:
        """Why objects of a class cannot be stored otherwise."""
        return self.python.why_pickled(name)


def covered(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a class is named by a pattern such as `sklearn.*`; `churn.model:Net` and `churn.model.Net` are one."""
    dotted = name.replace(":", ".")
    return any(fnmatchcase(dotted, pattern.replace(":", ".")) for pattern in patterns)


def said_classes(layers: Layers, python: Python) -> frozenset[str]:
    """Every class that some variable may carry as a pickle: by its own word, or by the defaults of its file."""
    found: set[str] = set()
    for section in ("tasks", "workflows"):
        for declared in layers.section(section).values():
            patterns = layers.pickles_of(declared.place.path)
            flagged = {**_flagged(declared.body.get("inputs")), **_flagged(declared.body.get("outputs"))}
            if not flagged and not patterns:
                continue
            if section == "tasks":
                path = text_in(declared.body, "function") or (declared.name if ":" in declared.name else "")
                found.update(_of_signature(path, declared.body, flagged, patterns, python, declared.place))
            found.update(_of_declarations(flagged, python))
    return frozenset(found)


def _flagged(node: TreeNode | None) -> dict[str, Mapping]:
    """The declared variables that say `pickle: true`."""
    if not isinstance(node, Mapping):
        return {}
    return {
        name: value for name, value in node.items() if isinstance(value, Mapping) and flag_in(value, "pickle") is True
    }


def _of_signature(
    path: str, body: Mapping, flagged: Dict[str, Mapping], patterns: tuple[str, ...], python: Python, at: Place
) -> Iterator[str]:
    module, _, name = path.partition(":")
    signature = python.signature(FunctionRef(module=module, name=name), at) if path else ()
    if isinstance(signature, tuple):
        return
    variables = [(each.name, each.type) for each in signature.parameters]
    given = _output_names(body.get("outputs"))
    for index, returned in enumerate(signature.outputs):
        own = returned.name or f"o{index}"
        named = given[index] if own not in given and len(given) == len(signature.outputs) else own
        variables.append((named, returned.type))
    for variable, of in variables:
        for each in pickles_in(of) if of is not None else ():
            if variable in flagged or covered(each, patterns):
                yield each


def _output_names(node: TreeNode | None) -> tuple[str, ...]:
    return tuple(name for name, _ in node.items()) if isinstance(node, Mapping) else ()


def _of_declarations(flagged: Dict[str, Mapping], python: Python) -> Iterator[str]:
    for variable in flagged.values():
        written = variable.get("type")
        of = read_type(written, named=python.named_type, faults=Faults()) if isinstance(written, Scalar) else None
        if of is not None:
            yield from pickles_in(of)

"""Bytes to a tree with places: PyYAML's C parser as a stream of events, our own builder. The one door to PyYAML.

`compose` and `load` are never used: libyaml's own recursion crashes the process on deep input, and they lose places.
"""

from __future__ import annotations

import yaml

from flyteops.model.diagnostics import Diagnostic, Place, Severity
from flyteops.source.builder import TreeBuilder, TreeRefused
from flyteops.source.characters import decode
from flyteops.source.syntax import syntax_fault
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode

try:
    from yaml._yaml import CParser

    PARSER: type[CParser] | None = CParser
except ImportError:  # PyYAML built without libyaml: eight times slower and with other faults, so it is refused
    PARSER = None


def read_yaml(path: str, data: bytes) -> tuple[Mapping | None, tuple[Diagnostic, ...]]:
    """The root map of a file and every fault found; the root is None when the file is empty or unreadable.

    A root may come with faults (a duplicate key, a tag): the rest of the file is then still worth checking.
    """
    root, found = read_node(path, data)
    if root is None or isinstance(root, Mapping):
        return root, found
    return None, (*found, _not_a_map(root))


def read_node(path: str, data: bytes) -> tuple[TreeNode | None, tuple[Diagnostic, ...]]:
    """Any one value, read by the same rules: what follows ` = ` in a short declaration, the file of `--inputs`."""
    text, faults = decode(path, data)
    if text is None:
        return None, faults
    if PARSER is None:
        return None, (_no_c_parser(),)
    builder = TreeBuilder(path, text)
    try:
        parser = PARSER(text)
        try:
            root = builder.build(parser.get_event)
        finally:
            parser.dispose()
    except TreeRefused as refused:
        return None, (*builder.faults, refused.diagnostic)
    except yaml.YAMLError as failed:
        return None, (*builder.faults, syntax_fault(path, text, failed, builder.last))
    if root is None:
        builder.faults.append(_empty(path))
    return root, tuple(builder.faults)


def _not_a_map(root: Scalar | Sequence) -> Diagnostic:
    what = "a list" if isinstance(root, Sequence) else "text"
    return Diagnostic(
        code="FO116",
        message=f"a declaration file is a map of sections; this is {what}",
        place=root.place,
        label="no key stands before it",
        help="begin with apiVersion: flyteops/v1, then sections such as tasks: and workflows:",
    )


def _empty(path: str) -> Diagnostic:
    return Diagnostic(
        code="FO118",
        message="the file declares nothing",
        place=Place(path=path, line=1, column=1, end_line=1, end_column=2),
        help="delete it, or begin with apiVersion: flyteops/v1",
        severity=Severity.WARNING,
    )


def _no_c_parser() -> Diagnostic:
    return Diagnostic(
        code="FO120",
        message="this Python has PyYAML without its C parser, which flyteops needs",
        place=None,
        help="reinstall it from a wheel: python -m pip install --force-reinstall --only-binary :all: PyYAML",
    )

"""A diagnostic on one line, so that tests compare whole messages."""

from __future__ import annotations

from collections.abc import Iterable

from flyteops.model.diagnostics import Diagnostic
from flyteops.source.manifests import FileManifest, parse_file
from flyteops.source.reader import read_yaml
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode


def told(found: Iterable[Diagnostic]) -> list[str]:
    return [
        " | ".join([f"{each.code} {_where(each)} {each.message}", *filter(None, (each.label, each.help))])
        for each in found
    ]


def _where(found: Diagnostic) -> str:
    place = found.place
    return f"{place.line}:{place.column}-{place.end_column}" if place else "nowhere"


def codes(found: Iterable[Diagnostic]) -> list[str]:
    return [each.code for each in found]


def read(text: str) -> Mapping:
    root, found = read_yaml("a.yaml", text.encode())
    assert told(found) == []
    assert root is not None
    return root


def faults_of_reading(text: str | bytes) -> list[str]:
    return told(read_yaml("a.yaml", text if isinstance(text, bytes) else text.encode())[1])


def manifest(text: str, path: str = "a.yaml") -> tuple[FileManifest, list[str]]:
    parsed, found = parse_file(path, read(f"apiVersion: flyteops/v1\n{text}"))
    return parsed, told(found)


def plain(node: TreeNode) -> object:
    """The tree as lists, dicts and texts."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {name: plain(value) for name, value in node.items()}


def spot(node: TreeNode) -> str:
    place = node.place
    return f"{place.line}:{place.column}-{place.end_line}:{place.end_column}"

"""`manifest:`: a file of the repository that holds one Kubernetes object with typed holes. Applies nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import text_in
from flyteops.compile.known import Repository
from flyteops.compile.spots import within
from flyteops.compile.status_conditions import check_status_condition
from flyteops.model.diagnostics import Related
from flyteops.model.digest import Json, sha256_hex
from flyteops.model.entities import Interface
from flyteops.model.types import EnumOf, LiteralType, Simple, spelling
from flyteops.model.works import ManifestWork
from flyteops.source.credentials import credentials_in, suspicious
from flyteops.source.reader import read_yaml
from flyteops.source.scalars import core_value
from flyteops.source.suggest import shown
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode

HOLE = re.compile(r"\$(\$)?\{([^{}]*)\}")
"""`${inputs.day}`; with a second `$` before the brace it is text."""
_TEXT_FORMS = ("int", "float", "bool", "str", "datetime", "date")


def read_object(
    node: Scalar, body: Mapping, interface: Interface, *, repository: Repository, faults: Faults
) -> ManifestWork | None:
    """The object with its holes and conditions checked; None with the faults noted."""
    before = len(faults.found)
    conditions = [_condition(body, name, faults) for name in ("done", "failed")]
    if body.get("done") is None:
        faults.add(
            "FO318",
            '"manifest" needs "done"',
            at=node.place,
            label="done: is missing",
            help="add done: 'status.state == \"COMPLETED\"', a condition over the object's status",
        )
    data = repository.read(node.text)
    if data is None:
        faults.add("FO348", f"there is no file {shown(node.text)}", at=node.place, help=_help(node.text))
        return None
    root, found = read_yaml(node.text, data)
    faults.found.extend(found)
    if root is not None:
        if suspicious(data):
            faults.found.extend(credentials_in(root, repository.allowed))
        _check_object(root, node, faults)
        _check_holes(root, node, interface, faults)
    if root is None or any(each.severity == "error" for each in faults.found[before:]):
        return None
    return ManifestWork(
        path=node.text, sha256=sha256_hex(data), document=_plain(root), done=conditions[0], failed=conditions[1]
    )


def _help(path: str) -> str:
    return f"name a file from the root of the repository; {path.rpartition('/')[2]} is written into git like any other"


def _condition(body: Mapping, name: str, faults: Faults) -> str:
    written = body.get(name)
    if isinstance(written, Scalar):
        check_status_condition(written, what=name, faults=faults)
    return text_in(body, name) or ""


def _check_object(root: Mapping, node: Scalar, faults: Faults) -> None:
    """What every object of Kubernetes has, and what the run gives it."""
    related = (Related(place=node.place, label="used here"),)
    for name in ("apiVersion", "kind"):
        if text_in(root, name) is None:
            faults.add(
                "FO348",
                f'the object in {node.text} does not say "{name}"',
                at=root.place,
                help=f"add {name}:, as kubectl wants it",
                related=related,
            )
    metadata = root.get("metadata")
    for name in ("namespace", "ownerReferences", "uid", "resourceVersion"):
        key = metadata.key(name) if isinstance(metadata, Mapping) else None
        if key is not None:
            faults.add(
                "FO348",
                f"metadata.{name} is not the object's to say",
                at=key.place,
                help="delete it: the run makes the object in the domain's namespace and owns it",
                related=related,
            )


def _check_holes(root: TreeNode, node: Scalar, interface: Interface, faults: Faults) -> None:
    types = {each.name: each.type for each in interface.inputs}
    for scalar, is_key in _scalars(root):
        for found in HOLE.finditer(scalar.text):
            if not found.group(1):
                _check_hole(
                    scalar, found, types, faults, is_key=is_key, used=Related(place=node.place, label="used here")
                )


def _check_hole(
    scalar: Scalar,
    found: re.Match[str],
    types: dict[str, LiteralType],
    faults: Faults,
    *,
    is_key: bool,
    used: Related,
) -> None:
    at, hole, name = within(scalar, *found.span()), found.group(), found.group(2).removeprefix("inputs.")
    if is_key:
        message, help_ = f"the hole {shown(hole)} stands in a key", "holes stand in values only: write the key out"
    elif not found.group(2).startswith("inputs.") or name not in types:
        message = f"there is nothing to put into {shown(hole)}"
        help_ = f"{suggestion(name, types, kinds='inputs')}; holes are ${{inputs.NAME}}, and $${{…}} is plain text"
    elif not _has_text(types[name]):
        message = f"{shown(hole)} is {spelling(types[name])}, which has no text form"
        help_ = "holes take str, int, float, bool, date, datetime and enums: hand over text, such as a URI"
    else:
        return
    faults.add("FO349", message, at=at, help=help_, related=(used,))


def _has_text(of: LiteralType) -> bool:
    return isinstance(of, EnumOf) or (isinstance(of, Simple) and of.name in _TEXT_FORMS)


def _scalars(node: TreeNode) -> Iterator[tuple[Scalar, bool]]:
    """Every scalar, and whether it is a key."""
    match node:
        case Scalar():
            yield node, False
        case Sequence(items=items):
            for item in items:
                yield from _scalars(item)
        case Mapping(entries=entries):
            for entry in entries:
                yield entry.key, True
                yield from _scalars(entry.value)


def _plain(node: TreeNode) -> Json:
    match node:
        case Scalar():
            return core_value(node)
        case Sequence(items=items):
            return [_plain(item) for item in items]
        case Mapping():
            return {name: _plain(value) for name, value in node.items()}

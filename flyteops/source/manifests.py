"""One file's tree to its manifests: keys, forms and names are checked here, everything that needs no other file.

Left to compile, because `like`, defaults and overlays may still supply it: that an entity of an overlay, or one with
`like`, has a kind and what its kind needs; null over nothing in tasks; that names referred to exist; types, references,
conditions and cron lines; names and twins across files.
"""

from __future__ import annotations

from collections.abc import Mapping as Map

from flyteops.model.diagnostics import Diagnostic, Place, in_order
from flyteops.model.frozen import frozen
from flyteops.source import complaints
from flyteops.source.checking import SUGGESTIONS, Checker, twins_in
from flyteops.source.document_faults import merge_key
from flyteops.source.fields import API_VERSION, DEFAULTS, ENTITIES, MOVED, SECTIONS, TOP_FOREIGN
from flyteops.source.naming import entity_fault, task_fault
from flyteops.source.scalars import is_null
from flyteops.source.shapes import AnyValue, Field, Table, Text
from flyteops.source.suggest import shown
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode

FAULTS = 500
"""So many faults of one file are told."""


@frozen
class EntityManifest:
    """One named entry as written, in long form. `removed`: an overlay says null, the body is then empty.
    Not `sound`: something faulty was told and is left out of the body; what follows from that is not to be told."""

    section: str
    name: Scalar
    body: Mapping
    removed: bool = False
    sound: bool = True


@frozen
class FileManifest:
    """One declaration file. `domain` is given in an overlay; `sections` has only those that are there."""

    path: str
    domain: str | None
    place: Place
    sections: Map[str, tuple[EntityManifest, ...]]
    defaults: Mapping | None
    moved: tuple[tuple[Scalar, Scalar], ...]
    domain_place: Place | None = None


_TOP = Table(
    what="a declaration file",
    fields={name: Field(shape=AnyValue(), description="") for name in ("apiVersion", "domain", *SECTIONS)},
    foreign=TOP_FOREIGN,
)


def parse_file(path: str, root: Mapping) -> tuple[FileManifest, tuple[Diagnostic, ...]]:
    """The manifests of a file and every fault of keys, forms and names, in order."""
    faults: list[Diagnostic] = []
    _check_head(path, root, faults)
    domain = _domain(root, faults)
    sections: dict[str, tuple[EntityManifest, ...]] = {}
    defaults: Mapping | None = None
    moved: tuple[tuple[Scalar, Scalar], ...] = ()
    for entry in root.entries:
        name = entry.key.text
        if name in ENTITIES:
            sections[name] = _section(entry.key, entry.value, domain, faults)
        elif name == "defaults":
            defaults, found = parse_defaults(entry.key, entry.value)
            faults.extend(found)
        elif name == "moved":
            moved = _moved(entry.key, entry.value, faults)
        elif name == "<<":
            faults.append(merge_key(entry.key.place))  # the reader's own words: equal diagnostics are told once
        elif name not in ("apiVersion", "domain"):
            faults.append(complaints.unknown_key(entry.key, _TOP, suggest=len(faults) < SUGGESTIONS))
    said = root.get("domain")
    manifest = FileManifest(
        path=path,
        domain=domain,
        place=root.place,
        sections=sections,
        defaults=defaults,
        moved=moved,
        domain_place=said.place if said is not None else None,
    )
    return manifest, _told(path, faults)


def _told(path: str, faults: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """All faults in order, but no flood: a file of the wrong kind has one on every line."""
    ordered = in_order(faults)
    if len(ordered) <= FAULTS:
        return ordered
    last = ordered[FAULTS - 1].place
    more = Diagnostic(
        code="FO328",
        message=f"{path} has {len(ordered) - FAULTS:,} more faults like these",
        place=last,
        label="not told beyond this line",
        help="is this a file of flyteops? if not, move it out of the declaration folders",
    )
    return (*ordered[:FAULTS], more)


def parse_defaults(key: Scalar, node: TreeNode) -> tuple[Mapping | None, tuple[Diagnostic, ...]]:
    """A `defaults` map in long form, of a file or of the settings; None when it is no map."""
    checker = Checker(partial=True, removes=True)
    found = None if is_null(node) else checker.value(key, node, DEFAULTS)
    if is_null(node):
        checker.faults.append(complaints.empty(key, "section", "{task: {retries: 1}}"))
    return (found if isinstance(found, Mapping) else None), tuple(checker.faults)


# --------------------------------------------------------------------------------------------------- head


def _check_head(path: str, root: Mapping, faults: list[Diagnostic]) -> None:
    if path.endswith(".yml"):
        faults.append(
            Diagnostic(
                code="FO317",
                message="declarations end in .yaml",
                place=Place(path=path, line=1, column=1, end_line=1, end_column=2),
                help=f"rename to .yaml: git mv {path} {path[:-4]}.yaml",
            )
        )
    key, version = root.key("apiVersion"), root.get("apiVersion")
    if key is None or version is None:
        first = root.entries[0].key.place if root.entries else root.place
        faults.append(
            Diagnostic(
                code="FO315",
                message="apiVersion is missing",
                place=first,
                label="the file begins here",
                help=f"add as the first line: apiVersion: {API_VERSION}",
            )
        )
    elif not isinstance(version, Scalar) or version.text != API_VERSION:
        said = shown(version.text) if isinstance(version, Scalar) else complaints.what_is(version)
        faults.append(
            Diagnostic(
                code="FO316",
                message=f"apiVersion {said} is not known".replace("apiVersion  ", "apiVersion "),
                place=version.place,
                label="not read by this version of flyteops",
                help=f"write apiVersion: {API_VERSION}",
            )
        )


def _domain(root: Mapping, faults: list[Diagnostic]) -> str | None:
    key, node = root.key("domain"), root.get("domain")
    if key is None or node is None:
        return None
    if is_null(node) or not isinstance(node, Scalar):
        faults.append(
            complaints.wrong_shape(key, node, _TEXT, "production") if not is_null(node)
            else complaints.empty(key, "key", "production")
        )  # fmt: skip
        return ""
    fault = entity_fault(node.text)
    if fault is not None:
        faults.append(complaints.wrong_text(node, fault))
    return node.text


_TEXT = Text()

# ----------------------------------------------------------------------------------------------- sections


def _section(key: Scalar, node: TreeNode, domain: str | None, faults: list[Diagnostic]) -> tuple[EntityManifest, ...]:
    field, what = ENTITIES[key.text]
    if is_null(node):
        faults.append(complaints.empty(key, "section", ""))
        return ()
    if not isinstance(node, Mapping):
        faults.append(_not_by_name(key, node, what))
        return ()
    faults.extend(twins_in(tuple(entry.key for entry in node.entries)))
    return tuple(
        found
        for entry in node.entries
        if (found := _entity(key.text, entry.key, entry.value, domain, field, faults)) is not None
    )


def _not_by_name(key: Scalar, node: TreeNode, what: str) -> Diagnostic:
    help_ = f"write each {what} as NAME: {{…}}"
    if isinstance(node, Sequence):
        help_ += ", without a dash and without name:"
    return Diagnostic(
        code="FO302",
        message=f'"{key.text}" must be a map, with the name of each {what} as the key',
        place=node.place,
        label=f"this is {complaints.what_is(node)}",
        help=help_,
    )


def _entity(
    section: str, name: Scalar, node: TreeNode, domain: str | None, field: Field, faults: list[Diagnostic]
) -> EntityManifest | None:
    begin = len(faults)
    rule = task_fault if section == "tasks" and domain is not None else entity_fault
    fault = rule(name.text)
    if fault is not None:
        faults.append(complaints.wrong_text(name, _entry_for_path(section, name, fault)))
        if fault[0] != "FO326" and not isinstance(node, Mapping):
            return None
    if is_null(node):
        if domain is None:
            faults.append(complaints.empty(name, ENTITIES[section][1], ""))
            return None
        return EntityManifest(
            section=section, name=name, body=Mapping(entries=(), place=name.place), removed=True, sound=fault is None
        )
    partial = domain is not None or (isinstance(node, Mapping) and node.get("like") is not None)
    checker = Checker(partial=partial, removes=partial or section == "tasks", faults=faults)
    body = checker.value(name, node, field.shape)
    if not isinstance(body, Mapping):
        return None
    return EntityManifest(section=section, name=name, body=body, sound=len(faults) == begin)


def _entry_for_path(section: str, name: Scalar, fault: tuple[str, str, str]) -> tuple[str, str, str]:
    """A path is a task's name only where it has no entry: in overlays, `moved` and tests."""
    if section == "tasks" and ":" in name.text:
        short = name.text.rpartition(":")[2]
        return fault[0], fault[1], f"give the entry a name: {shown(short)}: {{function: {shown(name.text)}}}"
    return fault


def _moved(key: Scalar, node: TreeNode, faults: list[Diagnostic]) -> tuple[tuple[Scalar, Scalar], ...]:
    checker = Checker()
    if is_null(node):
        checker.faults.append(complaints.empty(key, "section", "[{from: task/old, to: task/new}]"))
        found = None
    else:
        found = checker.value(key, node, MOVED, "[{from: task/old, to: task/new}]")
    faults.extend(checker.faults)
    pairs: list[tuple[Scalar, Scalar]] = []
    for item in found.items if isinstance(found, Sequence) else ():
        if isinstance(item, Mapping):
            origin, target = item.get("from"), item.get("to")
            if isinstance(origin, Scalar) and isinstance(target, Scalar):
                pairs.append((origin, target))
    return tuple(pairs)


__all__ = ["EntityManifest", "FileManifest", "parse_defaults", "parse_file"]

"""The one door to cerberus: a tree against the table of settings, normalised, with all faults at once and placed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.frozen import frozen
from flyteops.settings.fields import NAME, SETTINGS, Field
from flyteops.source.scalars import core_value, is_null
from flyteops.source.suggest import did_you_mean, nearest
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode

Path = tuple[str | int, ...]
Document = dict[str, Any]
"""What cerberus takes and gives; it is turned into `Settings` by the caller and goes no further."""


@frozen
class Checked:
    """The normalised document, the faults, and the place of every value by its dotted name."""

    document: Document
    faults: tuple[Diagnostic, ...]
    places: dict[str, Place]


def check(root: Mapping) -> Checked:
    """Every fault of the settings' form; what a value means is judged by the caller."""
    import cerberus
    from cerberus.schema import UnvalidatedSchema

    # The table is ours and the same each time: a test has cerberus check it, so that a start need not.
    validator = cerberus.Validator(UnvalidatedSchema(schema()), allow_unknown=False, require_all=False)
    validator.validate(_plain(root, SETTINGS))
    faults = [_fault(root, path, rule) for path, rule in _told(set(_leaves(validator.document_error_tree)))]
    places = dict(_places(root, ""))
    return Checked(document=validator.document or {}, faults=tuple(faults), places=places)


# ------------------------------------------------------------------------------------------ to cerberus


def schema() -> Document:
    """The table of settings as cerberus takes it."""
    return _schema(SETTINGS)


def _schema(fields: tuple[Field, ...]) -> Document:
    return {field.name: {**_rules(field), "required": field.required} for field in fields}


def _rules(field: Field) -> Document:
    match field.form:
        case "text":
            return _text_rules(field)
        case "flag":
            return {"type": "boolean", "coerce": _flag}
        case "texts":
            return {"type": "list", "schema": _text_rules(field)}
        case "map":
            return {"type": "dict", "schema": _schema(field.fields)}
        case "named":
            names = {"type": "string", "regex": rf"(?:{NAME})\Z"}
            return {
                "type": "dict",
                "keysrules": names,
                "valuesrules": {"type": "dict", "schema": _schema(field.fields)},
            }
        case "maps":
            return {"type": "list", "schema": {"type": "dict", "schema": _schema(field.fields)}}
        case "untouched":
            return {"check_with": _is_map}


def _text_rules(field: Field) -> Document:
    rules: Document = {"type": "string", "coerce": _text, "empty": False}
    if field.one_of:
        rules["allowed"] = list(field.one_of)
    if field.pattern is not None:
        # cerberus only matches the beginning and adds `$`, which lets a line end pass.
        pattern = rf"{field.pattern}|.*[$]\{{.*" if field.expands else field.pattern
        rules["regex"] = rf"(?:{pattern})\Z"
    return rules


def _text(value: object) -> object:
    """The source text of any scalar but null: `argo: 4.1` needs no quotes."""
    return value.text if isinstance(value, Scalar) and not is_null(value) else value


def _flag(value: object) -> object:
    """A plain `true` or `false`; what is neither stays as it is and fails the type."""
    read = core_value(value) if isinstance(value, Scalar) else value
    return read if isinstance(read, bool) else value


def _is_map(field: str, value: object, error: Any) -> None:
    if not isinstance(value, Mapping):
        error(field, "a map is wanted")


def _plain(node: TreeNode, fields: tuple[Field, ...] = ()) -> Any:
    """Maps and lists as cerberus takes them; scalars stay scalars for the coercions, untouched parts stay trees."""
    match node:
        case Mapping():
            untouched = {field.name for field in fields if field.form == "untouched"}
            return {name: value if name in untouched else _plain(value) for name, value in node.items()}
        case Sequence():
            return [_plain(item) for item in node.items]
        case Scalar():
            return node


# ---------------------------------------------------------------------------------------- from cerberus


def _leaves(tree: Any) -> Iterator[tuple[Path, str]]:
    """Path and broken rule of each fault; groups only say that something inside is wrong."""
    for error in tree.errors:
        if not error.is_group_error:
            yield tuple(error.document_path), error.rule or "unknown"
        else:
            yield from _grouped(error)
    for below in tree.descendants.values():
        yield from _leaves(below)


def _told(broken: set[tuple[Path, str]]) -> list[tuple[Path, str]]:
    """The broken rules without those that only follow from another one."""
    names = {path for path, rule in broken if rule == "name"}
    slips = {(*path[:-1], near) for path, rule in broken if rule == "unknown" for near in _meant(path)}
    return [
        (path, rule)
        for path, rule in sorted(broken, key=str)
        if not (rule == "required" and path in slips) and not (path in names and rule != "name")
    ]


def _meant(path: Path) -> tuple[str, ...]:
    """The keys that an unknown one may have been meant to be."""
    field, siblings = _field(path)
    return nearest(str(path[-1]), [each.name for each in siblings]) if field is None else ()


def _grouped(error: Any) -> Iterator[tuple[Path, str]]:
    """Names of entries are checked as a group of their own, whose faults are not in the tree."""
    if error.rule == "keysrules":
        for inner in error.child_errors:
            yield tuple(inner.document_path), "name"


def _fault(root: Mapping, path: Path, rule: str) -> Diagnostic:
    owner, node = _at(root, path[:-1]), _at(root, path)
    field, siblings = _field(path)
    name = ".".join(str(part) for part in path)
    if rule == "required":
        place = _key_place(root, path[:-1]) or _first(root.place)
        return Diagnostic(
            code="FO523", message=f'the setting "{name}" is missing', place=place, help=f"add {path[-1]}: …"
        )
    if field is None:
        known = [each.name for each in siblings]
        return Diagnostic(
            code="FO521",
            message=f'unknown setting "{name}"',
            place=_key_place(root, path),
            label=did_you_mean(str(path[-1]), known) or "not a key of flyteops.yaml",
            help=f"known here: {', '.join(known)}",
        )
    if rule == "name":
        return Diagnostic(
            code="FO522",
            message=f'"{path[-1]}" cannot be the name of a domain',
            place=_key_place(root, path),
            label="small letters, digits and inner dashes, at most 63",
            help="it becomes part of Kubernetes names; rename it",
        )
    empty = node is not None and is_null(node)
    at_key = empty and isinstance(owner, Mapping)
    if field.form == "named" and len(path) > 1:
        wanted, way_out = "a map", f"write {path[-1]}: {{}} for a domain without settings of its own"
    else:
        wanted, way_out = _wanted(field, item=isinstance(path[-1], int)), _way_out(field)
    message = f'the setting "{name}" has no value' if empty else f'the setting "{name}" has a wrong value'
    return Diagnostic(
        code="FO522",
        message=message,
        place=_key_place(root, path) if at_key or node is None else node.place,
        label=f"wanted: {wanted}",
        help=way_out,
    )


def _wanted(field: Field, *, item: bool) -> str:
    if field.form == "texts" and not item and field.one_of:
        return f"a list of {', '.join(field.one_of)}"
    if field.form == "texts" and not item:
        return field.says or "a list of texts"
    if field.one_of:
        return " or ".join(field.one_of)
    forms = {"text": "text", "flag": "true or false", "map": "a map", "named": "a map of names", "untouched": "a map"}
    return field.says or forms.get(field.form, "a list of maps" if not item else "a map")


def _way_out(field: Field) -> str:
    match field.form:
        case "map":
            return f"write {field.name}: {{{', '.join(f'{each.name}: …' for each in field.fields)}}}"
        case "named":
            return f"write {field.name}: {{development: {{default: true}}}}; a name without settings has {{}}"
        case _:
            return f"{field.name}: {field.doc}"


def _at(root: Mapping, path: Path) -> TreeNode | None:
    node: TreeNode | None = root
    for part in path:
        match node:
            case Mapping():
                node = node.get(str(part))
            case Sequence() if isinstance(part, int):
                node = node.items[part]
            case _:
                return None
    return node


def _key_place(root: Mapping, path: Path) -> Place | None:
    """The place of the key that a path ends with, or of the list item."""
    owner = _at(root, path[:-1]) if path else None
    if isinstance(owner, Mapping):
        key = owner.key(str(path[-1]))
        return key.place if key else None
    node = _at(root, path) if path else None
    return node.place if node else None


def _first(place: Place) -> Place:
    return Place(
        path=place.path, line=place.line, column=place.column, end_line=place.line, end_column=place.column + 1
    )


def _field(path: Path) -> tuple[Field | None, tuple[Field, ...]]:
    """The field that a path names, and the fields it stands among."""
    siblings: tuple[Field, ...] = SETTINGS
    field: Field | None = None
    named = False
    for part in path:
        if isinstance(part, int):
            continue
        if named:  # the part is a name of the user's choice
            named = False
            continue
        field = next((each for each in siblings if each.name == part), None)
        if field is None:
            return None, siblings
        siblings, named = field.fields or siblings, field.form == "named"
    return field, siblings


def _places(node: TreeNode, prefix: str) -> Iterator[tuple[str, Place]]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield f"{prefix}{name}", value.place
            yield from _places(value, f"{prefix}{name}.")
    elif isinstance(node, Sequence):
        for at, item in enumerate(node.items):
            yield f"{prefix}{at}", item.place
            yield from _places(item, f"{prefix}{at}.")

"""The types of variables: one closed sum, its wire form, its spelling, and which value fits where.

Wire form (version 1) carries no descriptions and no class names: a type is what its values look like, so that editing a
docstring or moving a class changes no digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal as OneOf
from typing import Union, assert_never

from flyteops.model.digest import Json, JsonObject, digest_of
from flyteops.model.frozen import frozen

SimpleName = OneOf["int", "float", "bool", "str", "datetime", "date", "timedelta", "json", "none"]
SIMPLE_NAMES: tuple[SimpleName, ...] = (
    "int", "float", "bool", "str", "datetime", "date", "timedelta", "json", "none",
)  # fmt: skip


@frozen(kw_only=False)
class Simple:
    """A scalar, `json` (anything of JSON form) or `none`."""

    name: SimpleName


@frozen(kw_only=False)
class ListOf:
    """`list[item]`."""

    item: LiteralType


@frozen(kw_only=False)
class DictOf:
    """`dict[key, value]`; keys other than text are stored as pairs."""

    key: LiteralType
    value: LiteralType


@frozen(kw_only=False)
class UnionOf:
    """`A | B`; `T | None` is a union with `none`. Members are in the order written, flat and distinct."""

    members: tuple[LiteralType, ...]


@frozen(kw_only=False)
class EnumOf:
    """A closed set of values, all text or all int; never the members' names."""

    values: tuple[str | int, ...]


@frozen(kw_only=False)
class RecordField:
    """One field of a record; not required means the class has a default for it. `default` holds its wire value where
    that is a literal: a literal of the record is filled up with it. It is no part of the type."""

    name: str
    type: LiteralType
    required: bool = True
    default: tuple[Json, ...] = field(default=(), compare=False)


@frozen(kw_only=False)
class RecordOf:
    """Dataclass, pydantic model, NamedTuple or TypedDict: its fields. `name` is for messages only, never hashed."""

    fields: tuple[RecordField, ...]
    name: str = "record"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordOf) and self.fields == other.fields

    def __hash__(self) -> int:
        return hash(self.fields)


@frozen(kw_only=False)
class BlobOf:
    """A file or a directory behind a URI, known by the digest of its content; `format` is a free tag such as csv."""

    kind: OneOf["file", "directory"]
    format: str = ""


@frozen(kw_only=False)
class DatasetOf:
    """Rows in a file of a format such as parquet. `columns` is what is known of them, by name: empty when nothing is.
    `format` is empty when any will do."""

    columns: tuple[tuple[str, LiteralType], ...] = ()
    format: str = ""


@frozen(kw_only=False)
class PickleOf:
    """An object of a class that travels as a pickle, because YAML says so (`pickle: true`); by the class's path."""

    name: str


ANY_OBJECT = "object"
"""The class of a pickle where no class is said."""

LiteralType = Union[Simple, ListOf, DictOf, UnionOf, EnumOf, RecordOf, BlobOf, DatasetOf, PickleOf]

INT, FLOAT, BOOL, STR = Simple("int"), Simple("float"), Simple("bool"), Simple("str")
DATETIME, DATE, TIMEDELTA = Simple("datetime"), Simple("date"), Simple("timedelta")
JSON, NONE = Simple("json"), Simple("none")
FILE = BlobOf("file")
DIRECTORY = BlobOf("directory")
DATASET = DatasetOf()

NAMED_BLOBS: dict[str, BlobOf] = {
    "Tensor": BlobOf("file", "torch/tensor"),
    "Module": BlobOf("file", "torch/module"),
    "Checkpoint": BlobOf("file", "torch/checkpoint"),
    "KerasModel": BlobOf("file", "keras/model"),
    "Array": BlobOf("file", "numpy/array"),
    "TFRecordFile": BlobOf("file", "tensorflow/records"),
    "TFRecordsDirectory": BlobOf("directory", "tensorflow/records"),
}
"""Files of a framework by the name that YAML uses. No format of a user has a slash, so that none is taken for these."""
_BLOB_NAMES = {of: name for name, of in NAMED_BLOBS.items()}


def optional(of: LiteralType) -> LiteralType:
    """`of | None`, flat."""
    return union((of, NONE))


def union(members: tuple[LiteralType, ...]) -> LiteralType:
    """A union, flat and without repeats; of one member, that member."""
    flat: dict[LiteralType, None] = {}
    for member in members:
        for single in member.members if isinstance(member, UnionOf) else (member,):
            flat[single] = None
    return next(iter(flat)) if len(flat) == 1 else UnionOf(tuple(flat))


def accepts_none(of: LiteralType) -> bool:
    """Whether `null` is a value of the type."""
    return of in (NONE, JSON) or (isinstance(of, UnionOf) and NONE in of.members)


def type_wire(of: LiteralType) -> Json:
    """The JSON form of a type, as it is hashed and as a pod reads it: text for simple types, else one-key objects."""
    match of:
        case Simple(name):
            return name
        case ListOf(item):
            return {"list": type_wire(item)}
        case DictOf(key, value):
            return {"dict": [type_wire(key), type_wire(value)]}
        case UnionOf(members):
            return {"union": [type_wire(member) for member in members]}
        case EnumOf(values):
            return {"enum": list(values)}
        case RecordOf(fields):
            return {"record": [[field.name, type_wire(field.type), field.required] for field in fields]}
        case BlobOf(kind, format):
            return {kind: format}
        case DatasetOf(columns, format):
            return {"dataset": [[[name, type_wire(column)] for name, column in columns], format]}
        case PickleOf(name):
            return {"pickle": name}
        case _:
            assert_never(of)


def member_key(of: LiteralType) -> str:
    """The tag a union's value carries for its member: 12 hex digits of the member's wire form."""
    return digest_of("flyteops.type.v1", type_wire(of))[:12]


def spelling(of: LiteralType) -> str:
    """The type as a user writes it in YAML."""
    match of:
        case Simple("json"):
            return "Json"
        case Simple("none"):
            return "None"
        case Simple(name):
            return name
        case ListOf(item):
            return f"list[{spelling(item)}]"
        case DictOf(key, value):
            return f"dict[{spelling(key)}, {spelling(value)}]"
        case UnionOf(members):
            return " | ".join(spelling(member) for member in members)
        case EnumOf(values):
            return "enum[" + ", ".join(f'"{v}"' if isinstance(v, str) else str(v) for v in values) + "]"
        case RecordOf():
            return of.name
        case BlobOf(kind, format):
            return _BLOB_NAMES.get(of) or kind.capitalize() + (f"[{format}]" if format else "")
        case DatasetOf():
            return _dataset_spelling(of)
        case PickleOf(name):
            return f"{name} (pickle)"
        case _:
            assert_never(of)


def _dataset_spelling(of: DatasetOf) -> str:
    if of == DATASET:
        return "Dataset"
    listed = ", ".join(f"{name}: {spelling(column)}" for name, column in of.columns)
    return f"{{dataset: {{{listed}}}" + (f", format: {of.format}}}" if of.format else "}")


def assignable(source: LiteralType, target: LiteralType) -> bool:
    """Whether every value of `source` is a value of `target`.

    `int`→`float`, `T`→`T | None`, an enum→`str` and →an enum with all its values, lists and dicts covariantly,
    records field by field, anything of JSON form→`Json`; nothing else is converted.
    """
    if source == target:
        return True
    if isinstance(source, UnionOf):
        return all(assignable(member, target) for member in source.members)
    if isinstance(target, UnionOf):
        return any(assignable(source, member) for member in target.members)
    match source, target:
        case _, Simple("json"):
            return json_shaped(source)
        case Simple("int"), Simple("float"):
            return True
        case EnumOf(values), Simple("str"):
            return all(isinstance(value, str) for value in values)
        case EnumOf(values), EnumOf(wanted):
            return set(values) <= set(wanted)
        case ListOf(item), ListOf(wanted_item):
            return assignable(item, wanted_item)
        case DictOf(key, value), DictOf(wanted_key, wanted_value):
            return key == wanted_key and assignable(value, wanted_value)
        case RecordOf(), RecordOf():
            return _record_assignable(source, target)
        case BlobOf(kind), BlobOf(wanted_kind, wanted_format):
            return kind == wanted_kind and not wanted_format
        case DatasetOf(), DatasetOf():
            return _dataset_assignable(source, target)
        case PickleOf(), PickleOf(name):
            return name == ANY_OBJECT or not (_first_party(source.name) and _first_party(name))
    return False


def _first_party(name: str) -> bool:
    # Of two classes of the project it is known that they differ. What an installed class derives from is not:
    # the pod looks at the object.
    return ":" in name


def refines(said: LiteralType, read: LiteralType) -> bool:
    """Whether a declaration says more than an annotation can: the format of a file, columns and format of a dataset."""
    if said == read:
        return True
    match said, read:
        case ListOf(item), ListOf(inner):
            return refines(item, inner)
        case DictOf(key, value), DictOf(other_key, other):
            return key == other_key and refines(value, other)
        case UnionOf(mine), UnionOf(theirs):
            return len(mine) == len(theirs) and all(any(refines(one, other) for other in theirs) for one in mine)
        case BlobOf(kind, format), BlobOf(other_kind, ""):
            return kind == other_kind and "/" not in format
        case DatasetOf(), DatasetOf(columns, format):
            return columns in ((), said.columns) and format in ("", said.format)
    return False


def pickles_in(of: LiteralType) -> tuple[str, ...]:
    """The classes whose objects travel as pickles inside values of a type, in the order written."""
    match of:
        case PickleOf(name):
            return (name,)
        case ListOf(item):
            return pickles_in(item)
        case DictOf(_, value):
            return pickles_in(value)
        case UnionOf(members):
            return tuple(name for member in members for name in pickles_in(member))
        case RecordOf(fields):
            return tuple(name for field in fields for name in pickles_in(field.type))
        case Simple() | EnumOf() | BlobOf() | DatasetOf():
            return ()
        case _:
            assert_never(of)


def _dataset_assignable(source: DatasetOf, target: DatasetOf) -> bool:
    """The wanted columns are among those known; where nothing is known of the rows the pod decides."""
    have = dict(source.columns)
    columns = not have or all(name in have and assignable(have[name], of) for name, of in target.columns)
    return columns and target.format in ("", source.format)


def _record_assignable(source: RecordOf, target: RecordOf) -> bool:
    have: Mapping[str, RecordField] = {field.name: field for field in source.fields}
    known = {field.name for field in target.fields}
    return set(have) <= known and all(
        (assignable(have[field.name].type, field.type) if field.name in have else not field.required)
        for field in target.fields
    )


def json_shaped(of: LiteralType) -> bool:
    """Whether the values of the type have plain JSON form: what may flow into `Json`."""
    match of:
        case Simple(name):
            return name in ("int", "float", "bool", "str", "json", "none")
        case ListOf(item):
            return json_shaped(item)
        case DictOf(key, value):
            return key == STR and json_shaped(value)
        case UnionOf(members):
            return all(json_shaped(member) for member in members)
        case EnumOf():
            return True
        case RecordOf(fields):
            return all(json_shaped(field.type) for field in fields)
        case BlobOf() | DatasetOf() | PickleOf():
            return False
        case _:
            assert_never(of)


def contains_blob(of: LiteralType) -> bool:
    """Whether a value of the type may hold a file, a directory, rows or a pickle: what lies outside of the value."""
    match of:
        case BlobOf() | DatasetOf() | PickleOf():
            return True
        case ListOf(item):
            return contains_blob(item)
        case DictOf(_, value):
            return contains_blob(value)
        case UnionOf(members):
            return any(contains_blob(member) for member in members)
        case RecordOf(fields):
            return any(contains_blob(field.type) for field in fields)
        case Simple() | EnumOf():
            return False
        case _:
            assert_never(of)


__all__ = [
    "ANY_OBJECT", "BOOL", "DATASET", "DATE", "DATETIME", "DIRECTORY", "FILE", "FLOAT", "INT", "JSON", "NAMED_BLOBS",
    "NONE", "SIMPLE_NAMES", "STR", "TIMEDELTA", "BlobOf", "DatasetOf", "DictOf", "EnumOf", "JsonObject", "ListOf",
    "LiteralType", "PickleOf", "RecordField", "RecordOf", "Simple",
    "UnionOf", "accepts_none", "assignable", "contains_blob", "json_shaped", "member_key", "optional", "pickles_in",
    "refines", "spelling", "type_wire", "union",
]  # fmt: skip

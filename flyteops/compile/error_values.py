"""The whole of `$error` as a value: what each type that it fits gets of it."""

from __future__ import annotations

from flyteops.model.failure import FAILURE, FLYTE_NAMES
from flyteops.model.references import Binding, ErrorRef, MapBinding, Referred
from flyteops.model.types import (
    JSON,
    NONE,
    STR,
    LiteralType,
    RecordOf,
    UnionOf,
    assignable,
)

_PARTS = {field.name: field.type for field in FAILURE.fields}


def whole_error(of: LiteralType) -> Binding | None:
    """The binding of `$error` for a type: `Json` gets all of it, a record of a failure its fields, `str | None` the
    message; None for any other."""
    if of == JSON:
        return Referred(to=ErrorRef(), type=FAILURE)
    if isinstance(of, RecordOf):
        return _record(of, of)
    if isinstance(of, UnionOf) and NONE in of.members:
        members = [member for member in of.members if member != NONE]
        if members == [STR]:
            return Referred(to=ErrorRef(("message",)), type=STR)
        if len(members) == 1 and isinstance(members[0], RecordOf):
            return _record(members[0], of)
    return None


def _record(record: RecordOf, of: LiteralType) -> Binding | None:
    """A record all of whose required fields are parts of a failure, by our names or by Flyte's."""
    entries: list[tuple[str, Binding]] = []
    for field in record.fields:
        part = FLYTE_NAMES.get(field.name, field.name)
        fits = part in _PARTS and assignable(_PARTS[part], field.type)
        if fits:
            entries.append((field.name, Referred(to=ErrorRef((part,)), type=_PARTS[part])))
        elif field.required:
            return None
    return MapBinding(entries=tuple(entries), type=of) if entries else None

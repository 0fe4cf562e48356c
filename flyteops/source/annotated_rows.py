"""What `Annotated` says of rows: columns, as `kwtypes(id=int)` or `{"id": int}`, and a format, as Flyte has them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from flyteops.model.row_formats import ROW_FORMATS
from flyteops.model.types import DatasetOf, LiteralType, contains_blob, spelling
from flyteops.source.readings import Reading, Unread

_COMPUTED = Unread("the columns in its Annotated are computed")


def with_columns(rows: DatasetOf, said: Sequence[ast.expr], read: Callable[[ast.expr], Reading]) -> Reading:
    """The dataset with the columns and the format that stand beside it; all else there says nothing to us."""
    for each in said:
        match each:
            case ast.Call(func=ast.Name(id="kwtypes") | ast.Attribute(attr="kwtypes"), args=[], keywords=keywords):
                found = _columns([(keyword.arg, keyword.value) for keyword in keywords], read)
            case ast.Dict(keys=keys, values=values):
                names = [key.value if isinstance(key, ast.Constant) else None for key in keys]
                found = _columns(list(zip(names, values, strict=True)), read)
            case ast.Constant(value=str(text)) if text in ROW_FORMATS:
                rows = DatasetOf(rows.columns, text)
                continue
            case _:
                continue
        if isinstance(found, Unread):
            return found
        rows = DatasetOf(found, rows.format)
    return rows


def _columns(
    written: Sequence[tuple[object, ast.expr]], read: Callable[[ast.expr], Reading]
) -> tuple[tuple[str, LiteralType], ...] | Unread:
    columns: list[tuple[str, LiteralType]] = []
    for name, of in written:
        reading = read(of)
        if not isinstance(name, str):
            return _COMPUTED
        if isinstance(reading, Unread):
            return reading
        if contains_blob(reading):
            return Unread(f"a column cannot hold {spelling(reading)}")
        columns.append((name, reading))
    return tuple(columns)

"""Lays one tree over another: maps merge, scalars and lists replace, null removes, every value keeps its place.

Both trees are in long form already (short forms first, then merging). Knows no keys but those that hold values.
"""

from __future__ import annotations

from flyteops.model.diagnostics import Diagnostic
from flyteops.source.quick import entry_of
from flyteops.source.scalars import is_null
from flyteops.source.suggest import shown
from flyteops.source.tree import Entry, Mapping, Scalar

VALUES = frozenset({"inputs", "default_inputs", "fixed_inputs", "over", "outputs", "value", "default"})
"""Under these keys null may be a value: what is new there is taken as it stands."""


def merge(base: Mapping, over: Mapping) -> tuple[Mapping, tuple[Diagnostic, ...]]:
    """`over` laid over `base`; with each null that removes nothing as a fault. Nulls of `base` stay."""
    faults: list[Diagnostic] = []
    return _merged(base, over, faults, values=False), tuple(faults)


def _merged(base: Mapping, over: Mapping, faults: list[Diagnostic], *, values: bool) -> Mapping:
    if not over.entries:
        return base
    laid = {entry.key.text: entry for entry in over.entries}
    kept: list[Entry] = []
    for entry in base.entries:
        above = laid.pop(entry.key.text, None)
        if above is None:
            kept.append(entry)
        elif is_null(above.value):
            continue
        elif isinstance(above.value, Mapping) and isinstance(entry.value, Mapping):
            inner = _merged(entry.value, above.value, faults, values=values or above.key.text in VALUES)
            kept.append(entry_of(entry.key, inner))
        else:
            kept.append(_fresh(above, faults, values=values))
    kept.extend(_fresh(entry, faults, values=values) for entry in laid.values() if not _nothing(entry, faults))
    return Mapping(entries=tuple(kept), place=base.place if base.entries else over.place, flow=base.flow)


def _fresh(entry: Entry, faults: list[Diagnostic], *, values: bool) -> Entry:
    """An entry with nothing below it: a null inside it removes nothing either, unless it is a value."""
    node = entry.value
    if not isinstance(node, Mapping) or values or entry.key.text in VALUES:
        return entry
    if not any(is_null(inner.value) or isinstance(inner.value, Mapping) for inner in node.entries):
        return entry
    inside = tuple(_fresh(inner, faults, values=False) for inner in node.entries if not _nothing(inner, faults))
    return entry_of(entry.key, Mapping(entries=inside, place=node.place, flow=node.flow))


def _nothing(entry: Entry, faults: list[Diagnostic]) -> bool:
    if not is_null(entry.value):
        return False
    faults.append(null_over_nothing(entry.key, entry.value))
    return True


def null_over_nothing(key: Scalar, value: object) -> Diagnostic:
    """The fault of a null that removes nothing, at the null itself or, when nothing is written, at its key."""
    place = value.place if isinstance(value, Scalar) and value.text else key.place
    return Diagnostic(
        code="FO321",
        message=f'null removes "{shown(key.text)}", which nothing below gives',
        place=place,
        label="nothing to remove",
        help="delete the line, or give it a value",
    )

"""What only shows once layers are laid: two kinds in one map, or none. Files alone were checked when read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flyteops.compile.faults import nearest
from flyteops.model.diagnostics import Diagnostic, Related
from flyteops.source.checking import Checker
from flyteops.source.fields import ENTITIES
from flyteops.source.tree import Mapping, Scalar

_NO_KIND, _MANY_KINDS = "FO309", "FO310"
_TOGETHER = frozenset({_NO_KIND, _MANY_KINDS, "FO312"})
"""What keys of one map say about one another; all else of a layer is told where it stands."""


def merged_faults(section: str, name: Scalar, body: Mapping) -> Iterator[Diagnostic]:
    """Faults of an entity that no single layer of it has. What the entity itself lacks is told by its compiler."""
    checker = Checker(removes=True)
    checker.value(name, body, ENTITIES[section][0].shape)
    for fault in checker.faults:
        if fault.code in _TOGETHER and fault.place != name.place:
            yield _told(fault, name, body)


def _told(fault: Diagnostic, name: Scalar, body: Mapping) -> Diagnostic:
    if fault.code == _NO_KIND:
        near = _near(fault, body)
        return replace(fault, help=f"did you mean {near}?") if near else fault
    if fault.code != _MANY_KINDS or fault.place is None:
        return fault
    help_ = f"{fault.help}; null removes the one below"
    (other,) = fault.related
    if fault.place.path != name.place.path or other.place.path == name.place.path:
        return replace(fault, help=help_)
    # The layer above is where somebody wrote last.
    related = (Related(place=fault.place, label=other.label),)
    return replace(fault, help=help_, place=other.place, related=related)


def _near(fault: Diagnostic, body: Mapping) -> str | None:
    """The node that a misspelt one of an overlay was meant to change."""
    nodes = body.get("nodes")
    if not isinstance(nodes, Mapping):
        return None
    names = {entry.key.text: entry.key.place for entry in nodes.entries}
    written = next((name for name, place in names.items() if place == fault.place), None)
    return nearest(written, names.keys() - {written}) if written is not None else None

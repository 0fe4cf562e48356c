"""Short forms to long forms, tree to tree: what is written once keeps its place, what is added takes it over."""

from __future__ import annotations

from flyteops.model.diagnostics import Place
from flyteops.source.quick import entry_of
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode


def wrapped(key: str, value: TreeNode) -> Mapping:
    """A value as the map with this one key: `retries: 3` as `{limit: 3}`, an image's text as `{reference: …}`."""
    return Mapping(entries=(entry_of(_written(key, value.place), value),), place=value.place)


def inputs_by_name(names: tuple[Scalar, ...], written: Sequence) -> Mapping:
    """`[a, b]` under a node's inputs as `{a: $inputs.a, b: $inputs.b}`."""
    entries = tuple(entry_of(name, _written(f"$inputs.{name.text}", name.place)) for name in names)
    return Mapping(entries=entries, place=written.place, flow=written.flow)


def _written(text: str, place: Place) -> Scalar:
    return Scalar(text=text, style="plain", place=place)

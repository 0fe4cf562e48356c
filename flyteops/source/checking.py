"""Walks a tree against a field table: tells every fault, and gives the tree back in long form without what was faulty.

Knows forms only. What needs a second file, a type or a merge is told by another room.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flyteops.model.diagnostics import Diagnostic
from flyteops.source import complaints
from flyteops.source.document_faults import merge_key
from flyteops.source.fields import workflows
from flyteops.source.naming import RULES
from flyteops.source.quantities import limit_fault, quantity_fault, quantity_nano
from flyteops.source.quick import entry_of
from flyteops.source.scalars import core_value, is_null
from flyteops.source.shapes import (
    AnyValue,
    Duration,
    Either,
    Flag,
    ListOf,
    MapOf,
    Number,
    Quantity,
    Shape,
    Table,
    Text,
    Words,
)  # fmt: skip
from flyteops.source.short_forms import inputs_by_name, wrapped
from flyteops.source.tree import Entry, Mapping, Scalar, Sequence, TreeNode

SUGGESTIONS = 200
"""After so many faults in a file no nearest words are looked for any more: a flood of keys must not cost minutes."""


class Checker:
    """One walk. `partial`: something is merged in later, so that what is missing is not told;
    `removes`: null may remove what a default or the base gives, so that it is no fault."""

    __slots__ = ("faults", "partial", "removes")

    def __init__(self, *, partial: bool = False, removes: bool = False, faults: list[Diagnostic] | None = None) -> None:
        self.faults: list[Diagnostic] = [] if faults is None else faults
        self.partial = partial
        self.removes = removes

    def value(self, key: Scalar, node: TreeNode, shape: Shape, hint: str = "") -> TreeNode | None:
        """The value in long form, or None when it is faulty as a whole."""
        return _CHECKS[type(shape)](self, key, node, shape, hint)

    # ------------------------------------------------------------------------------------------- scalars

    def scalar(self, key: Scalar, node: TreeNode, shape: Shape, hint: str) -> TreeNode | None:
        """Text, words, numbers, flags, durations, quantities."""
        if type(node) is not Scalar:
            self.faults.append(complaints.wrong_shape(key, node, shape, hint))
            return None
        if is_null(node):
            self.faults.append(complaints.empty(key, "key", hint))
            return None
        fault = _SCALARS[type(shape)](key, node, shape, hint)
        if fault is not None:
            self.faults.append(fault)
            return None
        return node

    def anything(self, key: Scalar, node: TreeNode, shape: AnyValue, hint: str) -> TreeNode:  # noqa: ARG002
        """A value whose type is another room's business."""
        return node

    # --------------------------------------------------------------------------------------- collections

    def list_of(self, key: Scalar, node: TreeNode, shape: ListOf, hint: str) -> TreeNode | None:
        """Every item of a list."""
        if type(node) is not Sequence:
            self.faults.append(complaints.wrong_shape(key, node, shape, hint))
            return None
        items = [self.value(key, item, shape.item) for item in node.items]
        if len(items) < shape.least:
            self.faults.append(complaints.too_few(key, node.place, shape.least))
        if shape.item is workflows.CASE:
            self._closed_by_else(key, node)
        kept = tuple(item for item in items if item is not None)
        return node if kept == node.items else Sequence(items=kept, place=node.place, flow=node.flow)

    def _closed_by_else(self, key: Scalar, node: Sequence) -> None:
        """The last case, and only that one, is `{else: …}`."""
        cases = [item.key("else") if type(item) is Mapping else None for item in node.items]
        for at, found in enumerate(cases[:-1]):
            if found is not None:
                self.faults.append(complaints.early_else(found, len(cases) - at - 1))
        if cases and not any(cases):
            self.faults.append(complaints.no_else(key))

    def map_of(self, key: Scalar, node: TreeNode, shape: MapOf, hint: str) -> TreeNode | None:
        """Every key and value of a map whose keys the user chooses."""
        if type(node) is not Mapping:
            self.faults.append(complaints.wrong_shape(key, node, shape, hint))
            return None
        rule = RULES[shape.key]
        kept: list[Entry] = []
        before: Entry | None = None
        changed = False
        for entry in node.entries:
            fault = rule(entry.key.text)
            if node.flow and self._cut(entry, before, shape, odd=fault is not None):
                self.faults.append(complaints.cut_by_comma(entry.key, before))
                changed = True
                continue
            before = entry
            if fault is not None:
                self.faults.append(complaints.wrong_text(entry.key, fault))
            value = self._map_value(entry, shape)
            if value is None or fault is not None:
                changed = True
            elif value is entry.value:
                kept.append(entry)
            else:
                changed = True
                kept.append(entry_of(entry.key, value))
        if shape.unlike:
            self.faults.extend(twins_in(tuple(entry.key for entry in node.entries)))
        return Mapping(entries=tuple(kept), place=node.place, flow=node.flow) if changed else node

    def _cut(self, entry: Entry, before: Entry | None, shape: MapOf, *, odd: bool) -> bool:
        """Whether a key without a value is what a comma left of the plain text before it."""
        value = entry.value
        if type(value) is not Scalar or value.text != "" or value.style != "plain" or before is None:
            return False
        cut = type(before.value) is Scalar and before.value.style == "plain"
        return cut and (odd or (type(shape.value) is AnyValue and not self.partial))

    def _map_value(self, entry: Entry, shape: MapOf) -> TreeNode | None:
        value = entry.value
        if type(shape.value) is not AnyValue and is_null(value):
            if self.removes:
                return value
            self.faults.append(complaints.empty(entry.key, shape.what, ""))
            return None
        return self.value(entry.key, value, shape.value)

    def either(self, key: Scalar, node: TreeNode, shape: Either, hint: str) -> TreeNode | None:
        """The form that belongs to how the value is written."""
        kind = type(node)
        part = shape.scalar if kind is Scalar else shape.mapping if kind is Mapping else shape.sequence
        if part is None:
            self.faults.append(complaints.wrong_shape(key, node, shape, hint))
            return None
        found = self.value(key, node, part, hint)
        if found is None:
            return None
        if shape.named and type(found) is Sequence:
            return self._named(found)
        if shape.single and type(found) is Scalar:
            return wrapped(shape.single, found)
        return found

    def _named(self, found: Sequence) -> TreeNode:
        seen: dict[str, Scalar] = {}
        for item in found.items:
            if type(item) is Scalar:
                earlier = seen.setdefault(item.text, item)
                if earlier is not item:
                    self.faults.append(complaints.listed_twice(item, earlier))
        return inputs_by_name(tuple(seen.values()), found)

    # -------------------------------------------------------------------------------------------- tables

    def table(self, key: Scalar, node: TreeNode, shape: Table, hint: str) -> TreeNode | None:
        """Known keys, and what they say about one another."""
        if type(node) is not Mapping:
            return self._short(key, node, shape, hint)
        kept: list[Entry] = []
        given: dict[str, Scalar] = {}
        changed = False
        before: Entry | None = None
        unknown = False
        fields = shape.fields
        for entry in node.entries:
            name, value = entry.key, entry.value
            field = fields.get(name.text)
            checked: TreeNode | None = None
            if field is None:
                unknown = True
                self._unknown(name, value, shape, before if node.flow else None, flow=node.flow)
            elif field.refused:
                unknown = True
                self.faults.append(complaints.refused(name, shape, field.refused))
            elif type(value) is Scalar and is_null(value) and type(field.shape) is not AnyValue:
                checked = value if self.removes else None
                if not self.removes:
                    self.faults.append(complaints.empty(name, "key", field.example))
                    given[name.text] = name
            else:
                given[name.text] = name
                checked = self.value(name, value, field.shape, field.example)
            before = entry
            if checked is None:
                changed = True
            elif checked is value:
                kept.append(entry)
            else:
                changed = True
                kept.append(entry_of(name, checked))
        self._together(key, given, shape, unknown=unknown)
        if shape.what == "amount":
            self._request_below_limit(node)
        return Mapping(entries=tuple(kept), place=node.place, flow=node.flow) if changed else node

    def _short(self, key: Scalar, node: TreeNode, shape: Table, hint: str) -> TreeNode | None:
        if type(node) is Scalar and shape.short:
            field = shape.fields[shape.short]
            found = self.value(key, node, field.shape, hint if not hint.startswith("{") else field.example)
            return None if found is None else wrapped(shape.short, found)
        if type(node) is Scalar and shape.switch:
            said = core_value(node)
            if said is True:
                return Mapping(entries=(), place=node.place)
            if said is False:
                return node
        if type(node) is Scalar:
            self.faults.append(complaints.wrong_scalar(key, node, shape, hint or "{…}"))
        else:
            self.faults.append(complaints.wrong_shape(key, node, shape, hint))
        return None

    def _unknown(self, name: Scalar, value: TreeNode, shape: Table, before: Entry | None, *, flow: bool) -> None:
        if name.text == "<<" and name.style == "plain":
            self.faults.append(merge_key(name.place))  # the reader's own words: equal diagnostics are told once
        elif flow and type(value) is Scalar and value.text == "" and value.style == "plain":
            self.faults.append(complaints.cut_by_comma(name, before))
        else:
            self.faults.append(complaints.unknown_key(name, shape, suggest=len(self.faults) < SUGGESTIONS))

    def _together(self, key: Scalar, given: dict[str, Scalar], shape: Table, *, unknown: bool) -> None:
        """What the keys of one table say about one another; an unknown key may be the one that is missing."""
        silent = unknown or self.partial
        for name in shape.required if not (shape.layered and self.partial) else ():
            if name not in given and not unknown:
                self.faults.append(complaints.missing(key, name, shape.fields[name]))
        for one, other in shape.apart:
            if one in given and other in given:
                self.faults.append(complaints.apart(*_in_text(given[one], given[other])))
        if shape.kinds:
            self._kinds(key, given, shape, silent=silent)

    def _kinds(self, key: Scalar, given: dict[str, Scalar], shape: Table, *, silent: bool) -> None:
        kinds = [given[kind] for kind in shape.kinds if kind in given]
        if len(kinds) > 1:
            for other in sorted(kinds, key=_where)[1:]:
                self.faults.append(complaints.many_kinds(min(kinds, key=_where), other, shape))
            return
        if not kinds:
            if not silent:
                self.faults.append(complaints.no_kind(key, shape))
            return
        kind = kinds[0]
        for name, allowed in shape.only.items():
            if name in given and kind.text not in allowed:
                self.faults.append(complaints.not_with(given[name], kind, allowed))
        for name in shape.needs.get(kind.text, ()):
            if name not in given and not silent:
                self.faults.append(complaints.missing(key, name, shape.fields[name]))

    def _request_below_limit(self, node: Mapping) -> None:
        request, limit = node.get("request"), node.get("limit")
        if type(request) is not Scalar or type(limit) is not Scalar:
            return
        asked, bound = quantity_nano(request.text), quantity_nano(limit.text)
        if asked is not None and bound is not None and asked > bound:
            self.faults.append(
                Diagnostic(
                    code="FO322",
                    message=f"the request {request.text} is above the limit {limit.text}",
                    place=request.place,
                    label="more than the limit",
                    help=f"raise the limit to {request.text}, or lower the request",
                )
            )


def twins_in(keys: tuple[Scalar, ...]) -> list[Diagnostic]:
    """Faults of names that differ only in case, or in - against _."""
    seen: dict[str, Scalar] = {}
    found: list[Diagnostic] = []
    for key in keys:
        earlier = seen.setdefault(key.text.lower().replace("-", "_"), key)
        if earlier is not key:
            found.append(complaints.twins(key, earlier))
    return found


def _where(key: Scalar) -> tuple[int, int]:
    return key.place.line, key.place.column


def _in_text(one: Scalar, other: Scalar) -> tuple[Scalar, Scalar]:
    return (one, other) if _where(one) <= _where(other) else (other, one)


# ------------------------------------------------------------------------------------------------ scalars


def _text(key: Scalar, node: Scalar, shape: Text, hint: str) -> Diagnostic | None:  # noqa: ARG001
    fault = RULES[shape.rule](node.text)
    return complaints.wrong_text(node, fault) if fault else None


def _word(key: Scalar, node: Scalar, shape: Words, hint: str) -> Diagnostic | None:  # noqa: ARG001
    return None if node.text in shape.words else complaints.no_such_word(key, node, shape)


def _number(key: Scalar, node: Scalar, shape: Number, hint: str) -> Diagnostic | None:
    number = core_value(node)
    if isinstance(number, bool) or not isinstance(number, int if shape.whole else (int, float)):
        return complaints.wrong_scalar(key, node, shape, hint)
    within = number >= shape.least and (shape.most is None or number <= shape.most)
    return None if within else complaints.out_of_bounds(key, node, shape)


def _flag(key: Scalar, node: Scalar, shape: Flag, hint: str) -> Diagnostic | None:
    return None if isinstance(core_value(node), bool) else complaints.wrong_scalar(key, node, shape, hint)


def _duration(key: Scalar, node: Scalar, shape: Duration, hint: str) -> Diagnostic | None:  # noqa: ARG001
    fault = limit_fault(node.text)
    return complaints.wrong_amount(key, node, "FO305", fault) if fault else None


def _quantity(key: Scalar, node: Scalar, shape: Quantity, hint: str) -> Diagnostic | None:  # noqa: ARG001
    fault = quantity_fault(node.text, of_bytes=shape.of_bytes)
    return complaints.wrong_amount(key, node, "FO306", fault) if fault else None


# Each check takes the one shape it stands beside, which a dict of callables cannot say.
_SCALARS: dict[type, Callable[[Scalar, Scalar, Any, str], Diagnostic | None]] = {
    Text: _text, Words: _word, Number: _number, Flag: _flag, Duration: _duration, Quantity: _quantity,
}  # fmt: skip
_CHECKS: dict[type, Callable[[Checker, Scalar, TreeNode, Any, str], TreeNode | None]] = {
    **dict.fromkeys(_SCALARS, Checker.scalar),
    AnyValue: Checker.anything,
    ListOf: Checker.list_of,
    MapOf: Checker.map_of,
    Either: Checker.either,
    Table: Checker.table,
}

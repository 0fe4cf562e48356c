"""How the faults of keys and values are told: message, label, way out. Decides nothing."""

from __future__ import annotations

from flyteops.model.diagnostics import Diagnostic, Place, Related
from flyteops.source.cuts import quoted
from flyteops.source.scalars import core_value, is_null, number_fault
from flyteops.source.shapes import (
    AnyValue,
    Duration,
    Either,
    Field,
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
from flyteops.source.suggest import did_you_mean, shown
from flyteops.source.tree import Entry, Mapping, Scalar, Sequence, TreeNode


def unknown_key(key: Scalar, table: Table, *, suggest: bool = True) -> Diagnostic:
    """With what is meant: a word of Flyte or Argo, or a slip of the keyboard."""
    known = list(table.fields)
    foreign = table.foreign.get(key.text)
    if foreign is not None:
        help_ = f"write {foreign}" if foreign in table.fields else f"here it is {foreign}"
    else:
        help_ = (did_you_mean(key.text, known) if suggest else "") or f"known keys: {', '.join(known)}"
    return Diagnostic(
        code="FO301",
        message=f'unknown key "{shown(key.text)}"',
        place=key.place,
        label=f"not a key of {table.what}",
        help=help_,
    )


def cut_by_comma(key: Scalar, before: Entry | None) -> Diagnostic:
    """In a flow map a key without a value is the rest of a text that a comma cut."""
    help_ = f"quote it, such as {quoted('Hello, ' + shown(key.text, most=30))}"
    if before is not None and isinstance(before.value, Scalar):
        whole = quoted(shown(f"{before.value.text}, {key.text}", most=120))
        help_ = f"write {shown(before.key.text)}: {whole}"
    return Diagnostic(
        code="FO105",
        message="a comma cut your text: quote it",
        place=key.place,
        label="read as a key without a value",
        help=help_,
    )


def refused(key: Scalar, table: Table, why: str) -> Diagnostic:
    """A key that others know and that is never taken here."""
    return Diagnostic(
        code="FO365",
        message=f'a {table.what} may not say "{key.text}"',
        place=key.place,
        label="refused",
        help=why,
    )


def wrong_shape(key: Scalar, node: TreeNode, shape: Shape, hint: str) -> Diagnostic:
    """A list where text is wanted, and so on."""
    return Diagnostic(
        code="FO302",
        message=f'"{shown(key.text)}" must be {forms(shape)}',
        place=node.place,
        label=f"this is {what_is(node)}",
        help=f"write {key.text}: {hint}" if hint else "",
    )


def wrong_scalar(key: Scalar, node: Scalar, shape: Shape, hint: str) -> Diagnostic:
    """Text where a number is wanted, and so on."""
    reason = number_fault(node) if isinstance(shape, Number) else None
    help_ = f"write {key.text}: {hint}" if hint else ""
    value = core_value(node)
    if isinstance(value, str) and node.style != "plain" and isinstance(core_value(_plain(node)), (int, float)):
        help_ = f"delete the quotes: {key.text}: {node.text}"
    elif isinstance(shape, Flag) and node.text.lower() in ("yes", "on", "y", "no", "off", "n"):
        help_ = f"write {key.text}: {'true' if node.text.lower() in ('yes', 'on', 'y') else 'false'}"
    return Diagnostic(
        code="FO303",
        message=f'"{shown(key.text)}" must be {forms(shape)}',
        place=node.place,
        label=reason or f"this is {what_is(node)}",
        help=help_,
    )


def _plain(node: Scalar) -> Scalar:
    return Scalar(text=node.text, style="plain", place=node.place)


def out_of_bounds(key: Scalar, node: Scalar, shape: Number) -> Diagnostic:
    """A number that is too small or too large."""
    bounds = f"at least {shape.least}" if shape.most is None else f"from {shape.least} to {shape.most}"
    return Diagnostic(
        code="FO324",
        message=f'"{shown(key.text)}" must be {bounds}',
        place=node.place,
        label=f"this is {shown(node.text)}",
        help="",
    )


def no_such_word(key: Scalar, node: Scalar, shape: Words) -> Diagnostic:
    """None of the words that may stand there."""
    return Diagnostic(
        code="FO304",
        message=f'"{shown(key.text)}" must be {_or(shape.words)}',
        place=node.place,
        label=f'this is "{shown(node.text)}"',
        help=did_you_mean(node.text, shape.words),
    )


def wrong_amount(key: Scalar, node: Scalar, code: str, fault: tuple[str, str]) -> Diagnostic:
    """A duration or a quantity that is none, or not allowed."""
    return Diagnostic(
        code=code,
        message=f'"{shown(key.text)}": {fault[0]}',
        place=node.place,
        label=f'this is "{shown(node.text, most=30)}"',
        help=fault[1],
    )


def wrong_text(node: Scalar, fault: tuple[str, str, str]) -> Diagnostic:
    """A text that breaks the rule of its place."""
    code, label, help_ = fault
    return Diagnostic(
        code=code, message=f'"{shown(node.text)}" may not stand here', place=node.place, label=label, help=help_
    )


def empty(key: Scalar, what: str, hint: str) -> Diagnostic:
    """Nothing where something must be; `null` removes only what a default or the base gives."""
    return Diagnostic(
        code="FO308",
        message=f'"{shown(key.text)}" is empty',
        place=key.place,
        label=f"nothing is given for this {what}",
        help=f"write {key.text}: {hint}" if hint else "delete it, or give it a value",
    )


def no_kind(key: Scalar, table: Table) -> Diagnostic:
    """None of the keys of which one must be there."""
    kinds = list(table.kinds)
    return Diagnostic(
        code="FO309",
        message=f'"{shown(key.text)}" needs {_or(tuple(kinds))}',
        place=key.place,
        label="exactly one of them must be given" if len(kinds) > 1 else f"a {table.what} without one",
        help=f"add {kinds[0]}: {table.fields[kinds[0]].example or '…'}",
    )


def many_kinds(first: Scalar, second: Scalar, table: Table) -> Diagnostic:
    """Two of the keys of which exactly one may be there."""
    return Diagnostic(
        code="FO310",
        message=f'a {table.what} has "{first.text}" or "{second.text}", not both',
        place=second.place,
        label="second kind",
        help="keep one of them",
        related=(Related(place=first.place, label="first kind"),),
    )


def not_with(key: Scalar, kind: Scalar, kinds: tuple[str, ...]) -> Diagnostic:
    """A key that belongs to another kind."""
    return Diagnostic(
        code="FO312",
        message=f'"{key.text}" does not go with "{kind.text}"',
        place=key.place,
        label=f"belongs to {_or(kinds)}",
        help="delete it",
        related=(Related(place=kind.place, label="the kind is given here"),),
    )


def missing(key: Scalar, name: str, field: Field) -> Diagnostic:
    """A key that must be there."""
    return Diagnostic(
        code="FO318",
        message=f'"{shown(key.text)}" needs "{name}"',
        place=key.place,
        label=f"{name}: is missing",
        help=f"add {name}: {field.example or '…'}",
    )


def apart(first: Scalar, second: Scalar) -> Diagnostic:
    """Two keys that exclude one another."""
    return Diagnostic(
        code="FO320",
        message=f'"{first.text}" and "{second.text}" exclude one another',
        place=second.place,
        label="second",
        help="keep one of them",
        related=(Related(place=first.place, label="first"),),
    )


def twins(key: Scalar, earlier: Scalar) -> Diagnostic:
    """Names that people and some systems cannot tell apart."""
    return Diagnostic(
        code="FO311",
        message=f'"{shown(key.text)}" and "{shown(earlier.text)}" differ only in case, or in - against _',
        place=key.place,
        label="second",
        help="rename one of them",
        related=(Related(place=earlier.place, label="first"),),
    )


def listed_twice(item: Scalar, earlier: Scalar) -> Diagnostic:
    """A list that stands for a map has a key twice."""
    return Diagnostic(
        code="FO106",
        message=f'"{shown(item.text)}" is listed twice',
        place=item.place,
        label="second",
        help="keep one of them",
        related=(Related(place=earlier.place, label="first"),),
    )


def no_else(key: Scalar) -> Diagnostic:
    """A switch of which no case may hold."""
    return Diagnostic(
        code="FO323",
        message="a switch is closed by else",
        place=key.place,
        label="no case may hold",
        help="add as the last case: {else: {fail: TEXT}}",
    )


def early_else(key: Scalar, after: int) -> Diagnostic:
    """An else before the last case."""
    return Diagnostic(
        code="FO323",
        message="else must be the last case",
        place=key.place,
        label=f"{after} more after it",
        help="move it to the end",
    )


def too_few(key: Scalar, place: Place, least: int) -> Diagnostic:
    """A list that is too short."""
    return Diagnostic(
        code="FO302", message=f'"{shown(key.text)}" needs at least {least} items', place=place, label="too few", help=""
    )


def forms(shape: Shape) -> str:
    """The forms a value may have, in words."""
    match shape:
        case Text():
            return "text"
        case Words():
            return _or(shape.words)
        case Number():
            return "a whole number" if shape.whole else "a number"
        case Flag():
            return "true or false"
        case Duration():
            return "a duration"
        case Quantity():
            return "a quantity"
        case AnyValue():
            return "a value"
        case ListOf():
            return "a list"
        case MapOf():
            return "a map"
        case Table():
            if shape.short:
                return f"{forms(shape.fields[shape.short].shape)} or a map"
            return "true, false or a map" if shape.switch else "a map"
        case Either():
            parts = (shape.scalar, shape.sequence, shape.mapping)
            return _or(tuple(forms(part) for part in parts if part is not None))


def what_is(node: TreeNode) -> str:
    """What a value is, in words."""
    if isinstance(node, Mapping):
        return "a map"
    if isinstance(node, Sequence):
        return "a list"
    if is_null(node):
        return "nothing"
    value = core_value(node)
    if isinstance(value, bool):
        return node.text
    return f"the number {shown(node.text)}" if isinstance(value, (int, float)) else f'the text "{shown(node.text)}"'


def _or(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"

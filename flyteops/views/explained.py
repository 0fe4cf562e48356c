"""What is known of one entity or node, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flyteops.model.diagnostics import Place
from flyteops.model.digest import Json, JsonObject
from flyteops.model.explained import Explained, Link, Part, Value
from flyteops.views.escape import columns, safe

_LONGEST = 300
"""Of a script the beginning is enough; JSON has it whole."""
_WIDEST = 56
"""A longer value is shown whole, and its place on the next line."""


def render_explained(found: Explained) -> str:
    """Blocks of rows: path, value, place, who wrote it."""
    at = f"  {_at(found.place)}" if found.place else ""
    digest = f"  {found.digest[:12]}" if found.digest else ""
    lines = [f"{safe(found.address)}{digest}{at}", *(f"  {note}" for note in found.notes)]
    lines += _block("Values", _rows(found.values))
    lines += _block("Settings that its task runs with here", _rows(found.settings))
    lines += _block("Inputs", _rows(found.inputs))
    lines += _block("Outputs", _rows(found.outputs, given=True))
    lines += _block("Cache key", [(part.name, part.text, "") for part in found.cache])
    lines += _block("Uses", _links(found.uses))
    lines += _block("Used by", _links(found.used_by))
    lines += _block("Reached by", _links(found.reached_by))
    return "\n".join(lines) + "\n"


def explained_wire(found: Explained) -> JsonObject:
    """The same as JSON; `default` marks what nobody wrote."""
    return {
        "address": found.address,
        "digest": found.digest or None,
        **_place_wire(found.place),
        "values": [_value_wire(each) for each in found.values],
        "settings": [_value_wire(each) for each in found.settings],
        "inputs": [_value_wire(each) for each in found.inputs],
        "outputs": [_value_wire(each) for each in found.outputs],
        "cache_key": [_part_wire(each) for each in found.cache],
        "uses": [_link_wire(each) for each in found.uses],
        "used_by": [_link_wire(each) for each in found.used_by],
        "reached_by": [_link_wire(each) for each in found.reached_by],
        "notes": list(found.notes),
    }


Row = tuple[str, str, str]


def _block(title: str, rows: Iterable[Row]) -> list[str]:
    told = list(rows)
    if not told:
        return []
    widest = max(columns(path) for path, _, _ in told)
    middle = max((columns(text) for _, text, _ in told if columns(text) <= _WIDEST), default=0)
    return ["", title, *(line for row in told for line in _row_lines(row, widest, middle))]


def _row_lines(row: Row, widest: int, middle: int) -> Iterator[str]:
    path, text, place = row
    head = f"  {path}{' ' * (widest - columns(path))}  {text}"
    if not place:
        yield head.rstrip()
    elif columns(text) > middle:
        yield head
        yield f"  {' ' * widest}  {place}"
    else:
        yield f"{head}{' ' * (middle - columns(text))}  {place}"


def _rows(values: tuple[Value, ...], *, given: bool = False) -> Iterator[Row]:
    """Values with their places; what nobody set at all is named on one line."""
    unset = [each.path for each in values if each.text is None]
    for each in values:
        if each.text is None:
            continue
        place = _at(each.place) + (f"  {each.writer}" if each.writer else "") if each.place else ""
        text = each.text if len(each.text) <= _LONGEST else each.text[:_LONGEST] + "…"
        yield safe(each.path), safe(text), place or ("" if given else "default")
    if unset:
        yield "not set", ", ".join(map(safe, unset)), ""


def _links(links: tuple[Link, ...]) -> Iterator[Row]:
    for each in links:
        yield safe(each.how), safe(each.address), _at(each.place) if each.place else ""


def _at(place: Place) -> str:
    return f"{safe(place.path)}:{place.line}"


def _value_wire(value: Value) -> JsonObject:
    return {
        "path": value.path,
        "value": value.text,
        **_place_wire(value.place),
        "writer": value.writer or None,
        "default": value.place is None,
    }


def _part_wire(part: Part) -> Json:
    return {"name": part.name, "value": part.text}


def _link_wire(link: Link) -> JsonObject:
    return {"address": link.address, "how": link.how, **_place_wire(link.place)}


def _place_wire(place: Place | None) -> JsonObject:
    return {"file": place.path if place else None, "line": place.line if place else None}

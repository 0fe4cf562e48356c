"""A picture in the language of Graphviz. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.views.drawing.picture import Box, Edge, Picture, Shape, Stroke
from flyteops.views.escape import safe

_SHAPES: dict[Shape, str] = {
    "ends": "shape=box, style=rounded",
    "task": "shape=box",
    "map": "shape=box3d",
    "launch": "shape=component",
    "gate": "shape=hexagon",
    "decide": "shape=diamond",
    "join": "shape=circle, width=0.2, fixedsize=true",
    "fail": "shape=octagon, color=firebrick",
    "handler": "shape=box, color=firebrick",
}
_STROKES: dict[Stroke, str] = {
    "data": "",
    "after": "style=dashed",
    "case": "style=bold",
    "failure": "style=dotted, color=firebrick",
}


def render_dot(picture: Picture) -> str:
    """A digraph from left to right."""
    keys = {box.key: f"n{number}" for number, box in enumerate(picture.boxes)}
    lines = [
        f"digraph {_quoted(picture.title)} {{",
        "  rankdir=LR;",
        '  node [fontname="sans-serif", fontsize=11];',
        '  edge [fontname="sans-serif", fontsize=9];',
        f"  tooltip={_quoted(picture.description or picture.title)};",
        *_members(picture, keys, within="", indent="  "),
        *(f"  {keys[each.source]} -> {keys[each.target]}{_edge(each)};" for each in picture.edges),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _members(picture: Picture, keys: dict[str, str], *, within: str, indent: str) -> Iterator[str]:
    yield from (f"{indent}{keys[box.key]} [{_box(box)}];" for box in picture.boxes if box.within == within)
    for number, cluster in enumerate(picture.clusters):
        if cluster.within == within:
            yield f"{indent}subgraph cluster_{number} {{"
            yield f"{indent}  label={_quoted(cluster.label)};"
            yield from _members(picture, keys, within=cluster.key, indent=indent + "  ")
            yield f"{indent}}}"


def _box(box: Box) -> str:
    lines = [] if box.shape == "join" else [box.label, box.detail]
    return f"label={_quoted(*lines)}, {_SHAPES[box.shape]}"


def _edge(edge: Edge) -> str:
    told = [f"label={_quoted(edge.label)}"] * bool(edge.label) + [_STROKES[edge.stroke]] * bool(_STROKES[edge.stroke])
    return f" [{', '.join(told)}]" if told else ""


def _quoted(*lines: str) -> str:
    r"""A quoted text; `\n` between lines. A backslash of the user's is doubled: Graphviz reads `\N` and the like."""
    shown = (safe(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines if line)
    return '"' + "\\n".join(shown) + '"'

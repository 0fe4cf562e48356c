"""A picture in the language of mermaid, which GitHub draws in Markdown. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.views.drawing.picture import Box, Picture, Shape, Stroke
from flyteops.views.escape import safe

_SHAPES: dict[Shape, tuple[str, str]] = {
    "ends": ("([", "])"),
    "task": ("[", "]"),
    "map": ("[[", "]]"),
    "launch": ("[/", "/]"),
    "gate": ("{{", "}}"),
    "decide": ("{", "}"),
    "join": ("((", "))"),
    "fail": (">", "]"),
    "handler": ("[", "]"),
}
_ARROWS: dict[Stroke, str] = {"data": "-->", "after": "-.->", "case": "==>", "failure": "-.->"}


def render_mermaid(picture: Picture) -> str:
    """A flowchart from left to right."""
    keys = {box.key: f"n{number}" for number, box in enumerate(picture.boxes)}
    lines = ["flowchart LR", f"  accTitle: {_sentence(picture.title)}"]
    if picture.description:
        lines.append(f"  accDescr: {_sentence(picture.description)}")
    lines += _members(picture, keys, within="", indent="  ")
    for edge in picture.edges:
        label = f"|{_label(edge.label)}|" if edge.label else ""
        lines.append(f"  {keys[edge.source]} {_ARROWS[edge.stroke]}{label} {keys[edge.target]}")
    failures = [keys[box.key] for box in picture.boxes if box.shape in ("fail", "handler")]
    if failures:
        lines += ["  classDef failure stroke:#c62828,stroke-width:2px", f"  class {','.join(failures)} failure"]
    return "\n".join(lines) + "\n"


def _members(picture: Picture, keys: dict[str, str], *, within: str, indent: str) -> Iterator[str]:
    yield from (f"{indent}{keys[box.key]}{_drawn(box)}" for box in picture.boxes if box.within == within)
    for number, cluster in enumerate(picture.clusters):
        if cluster.within == within:
            yield f"{indent}subgraph c{number}[{_label(cluster.label)}]"
            yield from _members(picture, keys, within=cluster.key, indent=indent + "  ")
            yield f"{indent}end"


def _drawn(box: Box) -> str:
    begin, end = _SHAPES[box.shape]
    if box.shape == "join":
        return f'{begin}" "{end}'
    return f"{begin}{_label(box.label, box.detail)}{end}"


def _label(*lines: str) -> str:
    """A quoted label; what would end it, or speak mermaid, HTML or Markdown, is written as its number."""
    return '"' + "<br/>".join(_escaped(line) for line in lines if line) + '"'


def _escaped(text: str) -> str:
    return "".join(each if each.isalnum() or each in " ./_-,+?:=()" else f"#{ord(each)};" for each in safe(text))


def _sentence(text: str) -> str:
    return _escaped(" ".join(text.split()))

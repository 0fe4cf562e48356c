"""A picture as SVG: nothing from outside, every text escaped, legible on light and on dark."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from xml.sax.saxutils import escape

from flyteops.views.drawing.layout import LINE, Frame, Layout, Point, fitted, lay_out
from flyteops.views.drawing.picture import Box, Edge, Picture
from flyteops.views.escape import safe

_LIGHT = {
    "ink": "#1f2328", "soft": "#59636e", "line": "#6e7781", "paper": "#ffffff", "fill": "#eef4fb", "gate": "#fff3d6",
    "choice": "#efe7fb", "frame": "#f6f8fa", "bad": "#b3261e",
}  # fmt: skip
_DARK = {
    "ink": "#e6edf3", "soft": "#9aa4af", "line": "#8b949e", "paper": "#0d1117", "fill": "#16263a", "gate": "#33290f",
    "choice": "#2a2140", "frame": "#151b23", "bad": "#ff7b72",
}  # fmt: skip
_COLOURS = """
  text { fill: INK } .detail, .label { fill: SOFT } .label { stroke: PAPER }
  .box { fill: FILL; stroke: LINE } .gate { fill: GATE } .decide, .join { fill: CHOICE } .ends { fill: PAPER }
  .fail, .handler { stroke: BAD; fill: PAPER } .frame { fill: FRAME; stroke: LINE } .edge { stroke: LINE }
  .failure { stroke: BAD } #tip path { fill: LINE } .paper { fill: PAPER }
"""
_FORMS = """
  text { font: 11.5px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace }
  .label { font-size: 9.8px; paint-order: stroke; stroke-width: 3px }
  .frame { stroke-dasharray: 2 3 } .edge { fill: none; stroke-width: 1.2; marker-end: url(#tip) }
  .after { stroke-dasharray: 5 4 } .case { stroke-width: 2 } .failure { stroke-dasharray: 1 3 }
"""


_TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" '
    'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
)


def _colours(palette: dict[str, str]) -> str:
    """Written out, since not every viewer of SVG knows variables of CSS."""
    text = _COLOURS
    for name, colour in palette.items():
        text = text.replace(name.upper(), colour)
    return text


_STYLE = f"{_FORMS}{_colours(_LIGHT)}@media (prefers-color-scheme: dark) {{{_colours(_DARK)}}}"


def render_svg(picture: Picture) -> str:
    """One SVG document, with a title and a description for those who cannot see it."""
    layout = lay_out(picture)
    width, height = f"{layout.width:.0f}", f"{layout.height:.0f}"
    room = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {room} role="img" aria-labelledby="title desc">',
        f'<title id="title">{_text(picture.title)}</title>',
        f'<desc id="desc">{_text(picture.description or picture.title)}</desc>',
        f"<style>{_STYLE}</style>",
        _TIP,
        '<rect class="paper" width="100%" height="100%"/>',
        *(_cluster(layout.clusters[each.key], each.label) for each in picture.clusters),
        *(_edge(edge, layout.routes[number]) for number, edge in enumerate(picture.edges)),
        *(line for box in picture.boxes for line in _box(box, layout.boxes[box.key])),
        *_labels(picture, layout),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _cluster(frame: Frame, label: str) -> str:
    at = f'x="{frame.x:.1f}" y="{frame.y:.1f}"'
    rect = f'<rect class="frame" {at} width="{frame.width:.1f}" height="{frame.height:.1f}" rx="8"/>'
    return f'{rect}<text class="detail" x="{frame.x + 10:.1f}" y="{frame.y + 18:.1f}">{_text(label)}</text>'


def _edge(edge: Edge, route: list[Point]) -> str:
    points = sorted(route)
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        flat = abs(y0 - y1) < 0.5  # half a pixel
        path += f"L{x1:.1f} {y1:.1f}" if flat else f"C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    return f'<path class="edge {edge.stroke}" d="{path}"/>'


def _box(box: Box, frame: Frame) -> Iterator[str]:
    yield f"<g><title>{_text(' - '.join(each for each in (box.key, box.detail) if each))}</title>"
    if box.shape == "map":
        for shift in (6, 3):
            yield _rect(box, frame, shift=shift)
    yield _outline(box, frame)
    if box.shape != "join":
        lines = [("", box.label), ("detail", box.detail)] if box.detail else [("", box.label)]
        x, y = frame.x + frame.width / 2, frame.y + frame.height / 2 - (len(lines) - 1) * LINE / 2 + 4
        for number, (kind, text) in enumerate(lines):
            shown = f'<text class="{kind}" x="{x:.1f}" y="{y + number * LINE:.1f}" text-anchor="middle">'
            yield f"{shown}{_text(fitted(text))}</text>"
    yield "</g>"


def _outline(box: Box, frame: Frame) -> str:
    x, y, right, bottom = frame.x, frame.y, frame.x + frame.width, frame.y + frame.height
    middle = (y + bottom) / 2
    if box.shape in ("decide", "gate"):
        slant = 12
        points = [(x, middle), (x + slant, y), (right - slant, y), (right, middle), (right - slant, bottom)]
        shown = " ".join(f"{px:.1f},{py:.1f}" for px, py in (*points, (x + slant, bottom)))
        return f'<polygon class="box {box.shape}" points="{shown}"/>'
    if box.shape == "join":
        return f'<circle class="box join" cx="{(x + right) / 2:.1f}" cy="{middle:.1f}" r="{frame.width / 2:.1f}"/>'
    return _rect(box, frame)


def _rect(box: Box, frame: Frame, *, shift: float = 0.0) -> str:
    round_ = {"ends": frame.height / 2, "launch": 0}.get(box.shape, 4)
    inner = ""
    if box.shape == "launch":
        bar = f'x="{frame.x + 4:.1f}" y="{frame.y:.1f}" width="0.1" height="{frame.height:.1f}"'
        inner = f'<rect class="box" {bar}/>'
    return (
        f'<rect class="box {box.shape}" x="{frame.x + shift:.1f}" y="{frame.y - shift:.1f}" '
        f'width="{frame.width:.1f}" height="{frame.height:.1f}" rx="{round_:g}"/>{inner}'
    )


def _labels(picture: Picture, layout: Layout) -> Iterator[str]:
    """Labels where edges have parted; those that lead to one box stand one above the other."""
    taken: list[Point] = []
    for number, edge in enumerate(picture.edges):
        if not edge.label or number not in layout.labels:
            continue
        x, y = layout.labels[number]
        while any(abs(x - tx) < 60 and abs(y - ty) < 10 for tx, ty in taken):  # a line of small text
            y -= 10
        taken.append((x, y))
        text = _text(fitted(edge.label))
        yield f'<text class="label" x="{x - 12:.1f}" y="{y - 4:.1f}" text-anchor="end">{text}</text>'


def _text(text: str) -> str:
    return escape(safe(text))

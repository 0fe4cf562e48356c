"""Coordinates for a picture: layers from left to right, clusters as boxes of their own, edges through free lanes.

Each cluster is laid out first and then stands as one box in what is around it; an edge that crosses its border passes
through a port. Layers by longest path, order by barycentres, heights by least squares (pool adjacent violators).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from flyteops.model.frozen import frozen
from flyteops.views.drawing.picture import Box, Picture
from flyteops.views.escape import columns, safe

CHARACTER, SMALL, LINE, PAD = 7.0, 6.0, 16.0, 12.0
"""Width of a character of 11.5 px monospace and of a label's, height of a line, room around text."""
_GAP_X, _GAP_Y, _LANE = 36.0, 18.0, 15.0
_LONGEST = 44
_FRAME, _FRAME_TOP = 16.0, 30.0
_SWEEPS = 6
Point = tuple[float, float]


@frozen
class Frame:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True, kw_only=True)
class Layout:
    """Where everything stands. `routes` and `labels` are by the number of the edge; a label ends where its edge has
    parted from the others of its box."""

    width: float
    height: float
    boxes: dict[str, Frame] = field(default_factory=dict)
    clusters: dict[str, Frame] = field(default_factory=dict)
    routes: dict[int, list[Point]] = field(default_factory=dict)
    labels: dict[int, Point] = field(default_factory=dict)

    def moved_into(self, other: Layout, x: float, y: float) -> None:
        """Puts all of this into another layout, at a place of that one."""
        for mine, theirs in ((self.boxes, other.boxes), (self.clusters, other.clusters)):
            for key, at in mine.items():
                theirs[key] = Frame(x=at.x + x, y=at.y + y, width=at.width, height=at.height)
        for number, points in self.routes.items():
            other.routes.setdefault(number, []).extend((px + x, py + y) for px, py in points)
        for number, (px, py) in self.labels.items():
            other.labels[number] = (px + x, py + y)


@dataclass(slots=True, eq=False)
class _Vertex:
    """A box, a cluster, a port of the border, or a bend of a long edge. `y` is its middle."""

    key: str = ""
    rank: int = 0
    width: float = 0.0
    height: float = 2.0
    inner: Layout | None = None
    x: float = 0.0
    y: float = 0.0


@dataclass(slots=True)
class _Segment:
    """The part of an edge inside one group, bend by bend; it leaves and enters at offsets from the middles."""

    number: int
    chain: list[_Vertex]
    leaves: float = 0.0
    enters: float = 0.0
    labelled: bool = False


def lay_out(picture: Picture) -> Layout:
    """The whole picture."""
    return _group(picture, "")


def size_of(box: Box) -> tuple[float, float]:
    """Width and height that a box needs for its text."""
    if box.shape == "join":
        return 16.0, 16.0
    texts = [fitted(text) for text in (box.label, box.detail) if text]
    slant = 24.0 if box.shape in ("decide", "gate") else 6.0 if box.shape in ("map", "launch") else 0.0
    return max(map(columns, texts)) * CHARACTER + 2 * PAD + slant, len(texts) * LINE + PAD


def fitted(text: str) -> str:
    """A text that fits into a box; the whole of a longer one is in the box's title."""
    shown = safe(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _group(picture: Picture, key: str) -> Layout:
    items, member_of = _items(picture, key)
    segments = _segments(picture, member_of)
    last = _ranks(items, segments)
    columns_of = _columns(items, segments, last)
    _order(columns_of, segments)
    _heights(columns_of, segments)
    return _placed(picture, key, columns_of, segments)


def _items(picture: Picture, key: str) -> tuple[dict[str, _Vertex], dict[str, _Vertex]]:
    """The vertices of a group by key, and for every box at any depth the vertex that holds it."""
    items: dict[str, _Vertex] = {}
    member_of: dict[str, _Vertex] = {}
    for box in picture.boxes:
        if box.within == key:
            width, height = size_of(box)
            member_of[box.key] = items[box.key] = _Vertex(box.key, width=width, height=height)
    for cluster in picture.clusters:
        if cluster.within == key:
            inner = _group(picture, cluster.key)
            vertex = _Vertex(cluster.key, width=inner.width, height=inner.height, inner=inner)
            items[f"{cluster.key} cluster"] = vertex
            member_of |= dict.fromkeys(inner.boxes, vertex)
    return items, member_of


def _segments(picture: Picture, member_of: dict[str, _Vertex]) -> list[_Segment]:
    found = []
    for number, edge in enumerate(picture.edges):
        source, target = member_of.get(edge.source), member_of.get(edge.target)
        if source is target:
            continue  # outside of this group, or inside one of its clusters
        ports = [_Vertex(f"port {number}") if each is None else each for each in (source, target)]
        segment = _Segment(number, ports, labelled=source is not None and target is not None)
        segment.leaves = _port(source, number, last=True)
        segment.enters = _port(target, number, last=False)
        found.append(segment)
    return found


def _port(vertex: _Vertex | None, number: int, *, last: bool) -> float:
    """How far from the middle of a cluster the edge passes its border."""
    if vertex is None or vertex.inner is None:
        return 0.0
    points = sorted(vertex.inner.routes[number])
    return points[-1 if last else 0][1] - vertex.height / 2


def _ranks(items: dict[str, _Vertex], segments: list[_Segment]) -> int:
    """Longest paths: boxes are at 1 and up, ports of the border at 0 and after the last."""
    own = set(items.values())
    edges = [(each.chain[0], each.chain[1]) for each in segments if each.chain[0] in own and each.chain[1] in own]
    for vertex in own:
        vertex.rank = 1
    for _ in range(len(own)):
        late = [(one, other) for one, other in edges if other.rank <= one.rank]
        if not late:
            break
        for one, other in late:
            other.rank = max(other.rank, one.rank + 1)
    last = max((vertex.rank for vertex in own), default=1) + 1
    for segment in segments:
        if segment.chain[1] not in own:
            segment.chain[1].rank = last
    return last


def _columns(items: dict[str, _Vertex], segments: list[_Segment], last: int) -> list[list[_Vertex]]:
    columns_of: list[list[_Vertex]] = [[] for _ in range(last + 1)]
    for vertex in items.values():
        columns_of[vertex.rank].append(vertex)
    for segment in segments:
        start, end = segment.chain
        bends = [_Vertex(f"bend {segment.number}", rank=rank) for rank in range(start.rank + 1, end.rank)]
        segment.chain[1:1] = bends
        for vertex in (*bends, *(each for each in (start, end) if each.key.startswith("port "))):
            columns_of[vertex.rank].append(vertex)
    return columns_of


def _neighbours(segments: list[_Segment]) -> Iterator[tuple[_Vertex, _Vertex, float]]:
    """Every step of every chain, with how far the second should stand below the first."""
    for segment in segments:
        chain = segment.chain
        for at, (one, other) in enumerate(pairwise(chain)):
            leaves = segment.leaves if at == 0 else 0.0
            enters = segment.enters if at == len(chain) - 2 else 0.0
            yield one, other, leaves - enters


def _order(columns_of: list[list[_Vertex]], segments: list[_Segment]) -> None:
    before: dict[_Vertex, list[_Vertex]] = {}
    after: dict[_Vertex, list[_Vertex]] = {}
    for one, other, _ in _neighbours(segments):
        before.setdefault(other, []).append(one)
        after.setdefault(one, []).append(other)
    for sweep in range(_SWEEPS):
        near = before if sweep % 2 == 0 else after
        for column in columns_of if sweep % 2 == 0 else reversed(columns_of):
            place = {vertex: at / max(len(each) - 1, 1) for each in columns_of for at, vertex in enumerate(each)}
            centre = {v: sum(place[o] for o in near[v]) / len(near[v]) if v in near else place[v] for v in column}
            column.sort(key=centre.__getitem__)


def _heights(columns_of: list[list[_Vertex]], segments: list[_Segment]) -> None:
    pulls: dict[_Vertex, list[tuple[_Vertex, float]]] = {}
    for one, other, below in _neighbours(segments):
        pulls.setdefault(other, []).append((one, below))
        pulls.setdefault(one, []).append((other, -below))
    for column in columns_of:
        _settle(column, [0.0] * len(column))
    for sweep in range(2 * _SWEEPS):
        for column in columns_of if sweep % 2 == 0 else reversed(columns_of):
            wanted = [
                sum(other.y + below for other, below in pulls[v]) / len(pulls[v]) if v in pulls else v.y for v in column
            ]
            _settle(column, wanted)


def _settle(column: list[_Vertex], wanted: list[float]) -> None:
    """Heights as near to the wanted ones as order and room allow: the least sum of squares."""
    offsets, offset = [], 0.0
    for above, vertex in zip([None, *column], column, strict=False):
        if above is not None:
            gap = _GAP_Y if above.height > 2 or vertex.height > 2 else _LANE
            offset += (above.height + vertex.height) / 2 + gap
        offsets.append(offset)
    pools: list[tuple[float, int]] = []
    for want, shift in zip(wanted, offsets, strict=True):
        pools.append((want - shift, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, many), (other, more) = pools[-2:]
            pools[-2:] = [((one * many + other * more) / (many + more), many + more)]
    flat = [value for value, count in pools for _ in range(count)]
    for vertex, value, shift in zip(column, flat, offsets, strict=True):
        vertex.y = value + shift


def _placed(picture: Picture, key: str, columns_of: list[list[_Vertex]], segments: list[_Segment]) -> Layout:
    vertices = [vertex for column in columns_of for vertex in column]
    top = min((v.y - v.height / 2 for v in vertices), default=0.0) - (_FRAME_TOP if key else _FRAME)
    spans = _spans(picture, columns_of, segments)
    found = Layout(
        width=spans[-1][1] + (0.0 if key else _FRAME),
        height=max((v.y + v.height / 2 for v in vertices), default=0.0) - top + _FRAME,
    )
    if key:
        title = next(each.label for each in picture.clusters if each.key == key)
        found.width = max(found.width, columns(safe(title)) * CHARACTER + 2 * PAD)
        found.clusters[key] = Frame(x=0.0, y=0.0, width=found.width, height=found.height)
    for vertex in vertices:
        left, right = spans[vertex.rank]
        vertex.y -= top
        vertex.x = found.width if vertex.rank == len(spans) - 1 else left + (right - left - vertex.width) / 2
        corner = Frame(x=vertex.x, y=vertex.y - vertex.height / 2, width=vertex.width, height=vertex.height)
        if vertex.inner is not None:
            vertex.inner.moved_into(found, corner.x, corner.y)
        elif vertex.height > 2:
            found.boxes[vertex.key] = corner
    for segment in segments:
        found.routes.setdefault(segment.number, []).extend(_points(segment, spans))
        if segment.labelled:
            found.labels[segment.number] = list(_points(segment, spans))[1]
    return found


def _points(segment: _Segment, spans: list[tuple[float, float]]) -> Iterator[Point]:
    start, *bends, end = segment.chain
    yield start.x + start.width, start.y + segment.leaves
    for bend in bends:
        yield spans[bend.rank][0], bend.y
        yield spans[bend.rank][1], bend.y
    yield end.x, end.y + segment.enters


def _spans(picture: Picture, columns_of: list[list[_Vertex]], segments: list[_Segment]) -> list[tuple[float, float]]:
    """Left and right of each column; between two there is room for the labels that begin there."""
    room = [_GAP_X] * len(columns_of)
    for segment in segments:
        if segment.labelled:
            width = columns(fitted(picture.edges[segment.number].label)) * SMALL + 36
            room[segment.chain[0].rank] = max(room[segment.chain[0].rank], width)
    spans, x = [], 0.0
    for rank, column in enumerate(columns_of):
        width = max((vertex.width for vertex in column), default=0.0)
        spans.append((x, x + width))
        x += width + (room[rank] if 0 < rank < len(columns_of) - 2 else _FRAME)
    spans[-1] = (spans[-1][1], spans[-1][1])
    return spans

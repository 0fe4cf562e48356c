"""A picture of a workflow as plain values: boxes, edges between them, clusters around them. No form, no coordinates."""

from __future__ import annotations

from typing import Literal as OneOf

from flyteops.model.digest import JsonObject
from flyteops.model.frozen import frozen

Shape = OneOf["ends", "task", "map", "launch", "gate", "decide", "join", "fail", "handler"]
"""`ends`: the inputs and outputs · `map`: stacked, one run an item · `launch`: a run of its own · `gate`: waits ·
`join`: hands on what the case that was taken gives."""
Stroke = OneOf["data", "after", "case", "failure"]


@frozen
class Box:
    """One step. `within` is the cluster around it, empty for the run itself."""

    key: str
    label: str
    detail: str = ""
    shape: Shape = "task"
    within: str = ""


@frozen
class Edge:
    """What flows, or what only waits (`after`)."""

    source: str
    target: str
    label: str = ""
    stroke: Stroke = "data"


@frozen
class Cluster:
    """A workflow inside the run; `within` is the cluster around it."""

    key: str
    label: str
    within: str = ""


@frozen
class Picture:
    """A whole drawing. Boxes are in an order in which each comes after those that it waits for."""

    title: str
    description: str
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    clusters: tuple[Cluster, ...] = ()


def picture_wire(picture: Picture) -> JsonObject:
    """The picture as JSON."""
    return {
        "title": picture.title,
        "description": picture.description,
        "boxes": [
            {"key": each.key, "label": each.label, "detail": each.detail, "shape": each.shape, "within": each.within}
            for each in picture.boxes
        ],
        "edges": [
            {"source": each.source, "target": each.target, "label": each.label, "stroke": each.stroke}
            for each in picture.edges
        ],
        "clusters": [{"key": each.key, "label": each.label, "within": each.within} for each in picture.clusters],
    }

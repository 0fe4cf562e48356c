from __future__ import annotations

import pytest

from flyteops.source.merging import merge
from flyteops.source.tree import Mapping
from tests.unit.source.telling import plain, read, spot, told


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{a: 1}", "{b: 2}", {"a": "1", "b": "2"}),
        ("{a: 1, b: 2}", "{a: 3}", {"a": "3", "b": "2"}),
        ("{a: {x: 1, y: 2}}", "{a: {y: 3}}", {"a": {"x": "1", "y": "3"}}),
        ("{a: [1, 2]}", "{a: [3]}", {"a": ["3"]}),
        ("{a: {x: 1}}", "{a: small}", {"a": "small"}),
        ("{a: small}", "{a: {x: 1}}", {"a": {"x": "1"}}),
        ("{a: 1, b: 2}", "{a: null}", {"b": "2"}),
        ("{a: {x: 1, y: 2}}", "{a: {x: }}", {"a": {"y": "2"}}),
        ("{a: 1}", "{a: 'null'}", {"a": "null"}),
        ("{a: null}", "{b: 1}", {"a": "null", "b": "1"}),
        ("{a: 1}", "{}", {"a": "1"}),
        ("{}", "{a: {b: 1}}", {"a": {"b": "1"}}),
        ("{a: {}}", "{a: {b: 1}}", {"a": {"b": "1"}}),
        ("{}", "{fixed_inputs: {x: null}}", {"fixed_inputs": {"x": "null"}}),
        ("{nodes: {a: {task: t}}}", "{nodes: {a: {inputs: {x: null}}}}",
         {"nodes": {"a": {"task": "t", "inputs": {"x": "null"}}}}),
        ("{inputs: {x: {y: 1}}}", "{inputs: {x: {z: {w: null}}}}", {"inputs": {"x": {"y": "1", "z": {"w": "null"}}}}),
    ],
)  # fmt: skip
def test_maps_merge_the_rest_replaces_null_removes(base: str, over: str, expected: dict[str, object]) -> None:
    merged, faults = merge(read(base), read(over))
    assert told(faults) == []
    assert plain(merged) == expected


@pytest.mark.parametrize(
    ("base", "over", "where", "key"),
    [
        ("{a: 1}", "{b: null}", "1:5-9", "b"),
        ("{a: 1}", "{b: }", "1:2-3", "b"),
        ("{a: {x: 1}}", "{a: {y: ~}}", "1:9-10", "y"),
        ("{}", "{a: {b: {c: null}}}", "1:13-17", "c"),
        ("{a: small}", "{a: {b: null}}", "1:9-13", "b"),
    ],
)
def test_null_over_nothing_is_told(base: str, over: str, where: str, key: str) -> None:
    _, faults = merge(read(base), read(over))
    assert told(faults) == [
        (
            f'FO321 {where} null removes "{key}", which nothing below gives | nothing to remove | '
            "delete the line, or give it a value"
        )
    ]


def test_places_are_kept() -> None:
    merged, _ = merge(read("a: 1\nb: {x: 1}\n"), read("#\n#\nb: {y: 2}\n"))
    inner = merged.get("b")
    assert isinstance(inner, Mapping)
    assert [spot(value) for _, value in inner.items()] == ["2:8-2:9", "3:8-3:9"]

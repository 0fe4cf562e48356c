from __future__ import annotations

import json
from pathlib import Path

import pytest

from flyteops.execution.cache_key import cache_key, cache_place, key_ingredients
from flyteops.model.digest import Json, JsonObject, value_digest

POLICY: JsonObject = {"task": "churn/fit", "version": "3", "interface": "i1", "ignore": ["verbose"], "max_age_s": None}
INPUTS: list[tuple[str, Json, Json]] = [("rows", "int", 1), ("verbose", "bool", True)]


def key(policy: JsonObject = POLICY, inputs: list[tuple[str, Json, Json]] | None = None) -> str:
    return cache_key(key_ingredients(policy, INPUTS if inputs is None else inputs))


def test_the_key_is_pinned() -> None:
    assert key() == "259e06e6b2298383629aab26825085270b863796165b362933964f9f1579db46"
    place = cache_place("dev/ada", key_ingredients(POLICY, INPUTS))
    assert place == f"cache/v1/dev/ada/1da85f93af3bc733/{key()}.json"


@pytest.mark.parametrize("change", [{"task": "churn/fit2"}, {"version": "4"}, {"interface": "i2"}])
def test_task_version_and_interface_change_the_key(change: JsonObject) -> None:
    assert key({**POLICY, **change}) != key()


def test_an_input_changes_the_key_unless_it_is_ignored() -> None:
    assert key(inputs=[("rows", "int", 2), ("verbose", "bool", True)]) != key()
    assert key(inputs=[("rows", "float", 1), ("verbose", "bool", True)]) != key()
    assert key(inputs=[("rows", "int", 1), ("verbose", "bool", False)]) == key()
    assert key(inputs=list(reversed(INPUTS))) == key()


def test_age_and_the_ignored_list_itself_do_not() -> None:
    assert key({**POLICY, "max_age_s": 60}) == key()
    assert key({**POLICY, "ignore": ["verbose", "other"]}) == key()


def test_a_file_counts_by_content() -> None:
    one: Json = {"$blob": {"uri": "file:///a", "sha256": "aa", "size": 1, "format": ""}}
    other: Json = {"$blob": {"uri": "s3://b", "sha256": "aa", "size": 1, "format": "csv"}}
    changed: Json = {"$blob": {"uri": "file:///a", "sha256": "ab", "size": 1, "format": ""}}
    of: Json = {"file": ""}
    assert key(inputs=[("f", of, one)]) == key(inputs=[("f", of, other)])
    assert key(inputs=[("f", of, one)]) != key(inputs=[("f", of, changed)])


GOLDEN = Path(__file__).parents[2] / "golden" / "literals.json"
BLOB: Json = {"$blob": {"uri": "file:///a", "sha256": "ab" * 32, "size": 3, "format": "csv"}}
FOLDER: Json = {"$blob": {"uri": "file:///d", "sha256": "cd" * 32, "size": 9, "format": "", "parts": 2}}
ROWS: Json = {"$data": {"uri": "file:///r", "sha256": "ef" * 32, "size": 9, "format": "parquet", "rows": 3}}
OBJECT: Json = {"$blob": {"uri": "file:///o", "sha256": "12" * 32, "size": 9, "format": "pickle+py3.11", "scope": "a"}}
RECORD: Json = {"record": [["x", "int", True], ["y", "float", False]]}
VECTORS: list[tuple[Json, Json]] = [
    ("int", 0), ("int", 1), ("int", -1), ("int", 2**53), ("int", 2**64 + 1), ("int", -(10**40)),
    ("float", 0.0), ("float", -0.0), ("float", 1.0), ("float", 0.1), ("float", 1e16), ("float", 1e-7),
    ("float", 5e-324), ("float", 1.7976931348623157e308), ("float", {"$f": "nan"}), ("float", {"$f": "inf"}),
    ("float", {"$f": "-inf"}), ("bool", True), ("bool", False), ("none", None), ("str", ""), ("str", "a"),
    ("str", "\u00e9"), ("str", "e\u0301"), ("str", "\U0001f600"), ("str", "\x00\n\"\\"), ("str", "$x"),
    ("str", "\u2028"), ("datetime", "2026-01-31T08:00:00Z"), ("date", "2026-01-31"), ("timedelta", {"$us": 0}),
    ("timedelta", {"$us": -1}), ("timedelta", {"$us": 5_400_000_000}), ("json", {"b": [1, 2.5, None], "a": "x"}),
    ("json", []), ("json", {}), ({"list": "int"}, []), ({"list": "int"}, [1, 2, 3]),
    ({"list": {"list": "str"}}, [["a"], []]), ({"dict": ["str", "int"]}, {"b": 1, "a": 2}),
    ({"dict": ["str", "int"]}, {"\uffff": 1, "\U00010000": 2}), ({"dict": ["int", "str"]}, [[2, "b"], [1, "a"]]),
    ({"union": ["int", "none"]}, {"$u": "abc", "value": None}), ({"union": ["int", "str"]}, {"$u": "x", "value": 1}),
    ({"enum": ["eu", "us"]}, "eu"), ({"enum": [1, 2]}, 1), (RECORD, {"x": 1}), (RECORD, {"x": 1, "y": 2.0}),
    ({"file": "csv"}, BLOB), ({"list": {"file": ""}}, [BLOB, BLOB]),
    ({"directory": ""}, FOLDER), ({"dataset": [[["id", "int"]], "parquet"]}, ROWS), ({"pickle": "m:Net"}, OBJECT),
    ({"dict": ["date", "bool"]}, [["2026-01-31", True]]), ({"list": {"union": ["int", "none"]}}, []),
    ({"record": [["net", {"pickle": "m:Net"}, True]]}, {"net": OBJECT}),
]  # fmt: skip


def test_digests_of_values_are_pinned() -> None:
    assert len(VECTORS) == 56
    found = {json.dumps([of, value], sort_keys=True): value_digest(of, value) for of, value in VECTORS}
    assert found == json.loads(GOLDEN.read_bytes())

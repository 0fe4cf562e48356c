"""Rows, arrays and files by path through whole local runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flyteops.model.entities import CachePolicy, MapCall, Node, TaskCall, TaskSettings
from flyteops.model.types import (
    DATASET,
    FILE,
    FLOAT,
    INT,
    NAMED_BLOBS,
    STR,
    DatasetOf,
    ListOf,
    optional,
    union,
)
from tests.integration.local_runs import Place, from_input, from_node, graph, task
from tests.libraries import library

PEOPLE = DatasetOf((("id", INT), ("name", STR)), "jsonl")
CACHED = TaskSettings(cache=CachePolicy(version="1"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def call(name: str, *inputs: Any) -> Node:
    return Node(name=name, body=TaskCall(task=name, inputs=inputs), outputs=())


def test_rows_need_no_library_and_travel_lazily(place: Place) -> None:
    place.write("""
        import sys
        from dataclasses import dataclass
        from flyteops.types import Dataset

        @dataclass
        class Person:
            id: int
            name: str

        def people(n: int) -> Dataset:
            return Dataset((Person(i, f"p{i}") for i in range(n)), format="jsonl")

        def names(data: Dataset) -> list[str]:
            assert data._path is None, "nothing is fetched before it is wanted"
            assert dict(data.columns) == {"id": "int", "name": "str"}
            found = [person.name for person in data.open(Person).rows()]
            loaded = {"pandas", "polars", "pyarrow", "numpy", "torch"} & set(sys.modules)
            assert not loaded, loaded
            return found

        def pass_on(data: Dataset) -> Dataset:
            return data
    """)
    steps = [task("people", {"n": INT}, PEOPLE), task("names", {"data": PEOPLE}, ListOf(STR))]
    steps.append(task("pass_on", {"data": DATASET}, DATASET))
    nodes = [
        call("people", from_input("n", INT, "n")),
        call("pass_on", from_node("data", PEOPLE, "people")),
        call("names", from_node("data", PEOPLE, "people")),
    ]
    outputs = (from_node("names", ListOf(STR), "names"), from_node("data", DATASET, "pass_on"))
    result = place.run(graph(steps, nodes, inputs={"n": INT}, outputs=outputs), inputs={"n": (INT, 2)})
    assert result.phase == "succeeded", result.nodes
    assert result.outputs["names"]["value"] == ["p0", "p1"]
    data: Any = result.outputs["data"]["value"]
    sha256 = data["$data"]["sha256"]
    assert data == {
        "$data": {
            "uri": place.store.uri(f"data/{sha256[:2]}/{sha256}"), "sha256": sha256, "size": 48, "format": "jsonl",
            "columns": [["id", "int"], ["name", "str"]], "rows": 2,
        }
    }  # fmt: skip
    assert (place.store.get(f"data/{sha256[:2]}/{sha256}") or b"").decode() == (
        '{"id": 0, "name": "p0"}\n{"id": 1, "name": "p1"}\n'
    )


def test_frames_between_tasks_over_a_map_and_from_the_cache(place: Place) -> None:
    library("pandas"), library("polars"), library("pyarrow")
    place.write("""
        import pandas as pd, polars as pl, pyarrow as pa
        from flyteops.types import Dataset

        def load(data: pd.DataFrame) -> pd.DataFrame:
            assert list(data.columns) == ["id", "score"], data.columns
            return data.assign(score=data.score * 2)

        def split(data: pl.LazyFrame) -> list[pl.DataFrame]:
            frame = data.collect()
            return [frame.filter(pl.col("id") == i) for i in frame["id"]]

        def total(part: pa.Table) -> float:
            return sum(part["score"].to_pylist())

        def lookup(data: "pd.DataFrame | None", spare: Dataset) -> str:
            return f"{type(data).__name__} {len(data)} {spare.open(pl.DataFrame).all().height}"
    """)
    scored = DatasetOf((("id", INT), ("score", FLOAT)))
    (place.root / "scores.csv").write_text("id,note,score\n1,x,1.5\n2,,4\n")
    steps = [
        task("load", {"data": scored}, scored, settings=CACHED),
        task("split", {"data": scored}, ListOf(DATASET)),
        task("total", {"part": DATASET}, FLOAT),
        task("lookup", {"data": optional(DATASET), "spare": DATASET}, STR),
    ]
    nodes = [
        call("load", from_input("data", scored, "data")),
        call("split", from_node("data", scored, "load")),
        Node(
            name="totals",
            body=MapCall(callee="total", inputs=(), over=(from_node("part", ListOf(DATASET), "split"),)),
            outputs=(),
        ),
        call("lookup", from_node("data", optional(DATASET), "load"), from_node("spare", DATASET, "load")),
    ]
    outputs = (from_node("totals", ListOf(FLOAT), "totals"), from_node("told", STR, "lookup"))
    program = graph(steps, nodes, inputs={"data": scored}, outputs=outputs)
    result = place.run(program, inputs={"data": (scored, {"$data": {"uri": "scores.csv"}})})
    assert result.phase == "succeeded", result.nodes
    assert result.outputs["totals"]["value"] == [3.0, 8.0]
    assert result.outputs["told"]["value"] == "DataFrame 2 2"

    (place.root / "elsewhere.csv").write_text("id,note,score\n1,x,1.5\n2,,4\n")
    again = place.run(program, inputs={"data": (scored, {"$data": {"uri": "elsewhere.csv"}})})
    assert {node.path: node.cached for node in again.nodes}["load"] is True
    (place.root / "elsewhere.csv").write_text("id,note,score\n1,x,1.5\n2,,5\n")
    other = place.run(program, inputs={"data": (scored, {"$data": {"uri": "elsewhere.csv"}})})
    assert {node.path: node.cached for node in other.nodes}["load"] is False


def test_columns_that_are_not_as_declared_end_the_attempt_with_82(place: Place) -> None:
    place.write("""
        from flyteops.types import Dataset

        def write() -> list[dict]:
            return [{"id": 1}]

        def by_path() -> Dataset:
            with open("rows.csv", "w") as file:
                file.write("id,name\\n1,a\\nx,b\\n")
            return Dataset("rows.csv")

        def read(data: Dataset) -> int:
            return len(list(data))

        def nothing() -> Dataset:
            return Dataset("gone.csv")
    """)
    people = DatasetOf((("id", INT), ("name", STR)))
    as_jsonl = DatasetOf(people.columns, "jsonl")
    assert place.run(task("write", {}, as_jsonl)).nodes[0].error.message == (  # type: ignore[union-attr]
        'output o0: row 1: the column "name" is missing (declared: str; there are: id)'
    )
    result = place.run(task("by_path", {}, people))
    assert result.nodes[0].error is not None
    assert (result.nodes[0].error.code, result.nodes[0].error.message) == (
        82, "output o0: row 2: the column \"id\" is 'x', declared is int",
    )  # fmt: skip
    (place.root / "rows.csv").write_text("id\n1\n")
    given = {"data": (people, {"$data": {"uri": "rows.csv"}})}
    result = place.run(task("read", {"data": people}, INT), inputs=given)
    assert result.nodes[0].error is not None
    assert (result.nodes[0].error.code, result.nodes[0].error.message) == (
        82, 'the column "name" is missing (declared: str; there are: id)',
    )  # fmt: skip
    result = place.run(task("nothing", {}, DATASET))
    assert result.nodes[0].error is not None
    assert result.nodes[0].error.message.startswith("output o0: there is no file ")


def test_a_library_that_is_not_there_is_named_with_its_extra(place: Place) -> None:
    place.write("""
        import sys
        sys.modules["pyarrow"] = sys.modules["polars"] = None   # as if they were not installed

        def rows() -> list[dict]:
            return [{"id": 1}]
    """)
    result = place.run(task("rows", {}, DATASET))
    assert result.nodes[0].error is not None
    assert (result.nodes[0].error.code, result.nodes[0].error.message) == (
        83,
        (
            "a list of records as parquet needs pyarrow, which this environment lacks: "
            "pip install 'flyteops[arrow]', or add pyarrow to the requirements of the image"
        ),
    )


def test_arrays_come_back_and_are_never_pickles(place: Place) -> None:
    library("numpy")
    place.write("""
        import numpy as np

        def make(n: int) -> np.ndarray:
            return np.arange(n, dtype="float32").reshape(2, -1)

        def use(x: "np.ndarray | None") -> float:
            x[0, 0] = 10.0  # a copy of its own
            return float(x.sum())

        def objects() -> np.ndarray:
            return np.array([object()])
    """)
    array = NAMED_BLOBS["Array"]
    steps = [task("make", {"n": INT}, array), task("use", {"x": optional(array)}, FLOAT)]
    nodes = [call("make", from_input("n", INT, "n")), call("use", from_node("x", optional(array), "make"))]
    outputs = (from_node("y", FLOAT, "use"), from_node("x", array, "make"))
    result = place.run(graph(steps, nodes, inputs={"n": INT}, outputs=outputs), inputs={"n": (INT, 6)})
    assert result.phase == "succeeded", result.nodes
    assert result.outputs["y"]["value"] == 25.0
    made: Any = result.outputs["x"]["value"]
    assert made["$blob"]["format"] == "numpy/array"
    assert (place.store.get(f"data/{made['$blob']['sha256'][:2]}/{made['$blob']['sha256']}") or b"")[:6] == b"\x93NUMPY"
    failed = place.run(task("objects", {}, array)).nodes[0].error
    assert failed is not None
    assert failed.message == (
        "output o0: an array of dtype object holds Python objects, which are not stored: use a plain dtype"
    )


def test_local_and_pod_commit_the_same(place: Place) -> None:
    place.write("""
        def rows(n: int) -> list[dict]:
            return [{"id": i} for i in range(n)]
    """)
    of = task("rows", {"n": INT}, DatasetOf((("id", INT),), "csv"), settings=CACHED)
    local = place.run(of, inputs={"n": (INT, 3)})
    assert local.phase == "succeeded", local.nodes
    pod = place.pod(of, {"n": {"v": 1, "type": "int", "value": 3}})
    assert pod.returncode == 0, pod.stderr
    committed = place.commit("pod")
    assert committed is not None
    assert json.dumps(committed["outputs"]["o0"]["value"]) == json.dumps(local.outputs["o0"]["value"])


def test_a_union_tells_rows_from_an_array(place: Place) -> None:
    library("numpy"), library("pandas"), library("pyarrow")
    place.write("""
        import numpy as np, pandas as pd

        def pick(rows: int) -> "pd.DataFrame | np.ndarray | None":
            return [None, np.zeros(2), pd.DataFrame({"a": [1]})][rows]

        def kind(x: "pd.DataFrame | np.ndarray | None") -> str:
            return type(x).__name__
    """)
    of = union((DATASET, NAMED_BLOBS["Array"], optional(DATASET)))
    steps = [task("pick", {"rows": INT}, of), task("kind", {"x": of}, STR)]
    nodes = [call("pick", from_input("rows", INT, "n")), call("kind", from_node("x", of, "pick"))]
    program = graph(steps, nodes, inputs={"n": INT}, outputs=(from_node("kind", STR, "kind"),))
    found = [place.run(program, inputs={"n": (INT, n)}).outputs["kind"]["value"] for n in range(3)]
    assert found == ["NoneType", "ndarray", "DataFrame"]


def test_records_travel_with_how_they_are_read_and_need_no_tensorflow(place: Place) -> None:
    place.write("""
        import sys
        from flyteops.types import File, TFRecordFile, TFRecordsDirectory

        class Example:
            def __init__(self, data): self.data = data
            def SerializeToString(self): return self.data

        def one() -> TFRecordFile:
            return TFRecordFile.write("one.tfrecord", [b"a", b"b"], compression="GZIP", parallel_reads=2)

        def many() -> TFRecordsDirectory:
            return [Example(b"x"), Example(b"y")]

        def passed(file: TFRecordFile) -> TFRecordFile:
            return file

        def read(file: TFRecordFile, folder: TFRecordsDirectory, raw: File) -> list[str]:
            assert file.options == {"compression": "GZIP", "parallel_reads": 2}, file.options
            assert raw.open("rb").read(2) == bytes([31, 139])
            assert "tensorflow" not in sys.modules
            return [data.decode() for each in (file, folder) for data in each.records()]
    """)
    file, folder = NAMED_BLOBS["TFRecordFile"], NAMED_BLOBS["TFRecordsDirectory"]
    steps = [
        task("one", {}, file),
        task("many", {}, folder),
        task("passed", {"file": file}, file),
        task("read", {"file": file, "folder": folder, "raw": FILE}, ListOf(STR)),
    ]
    nodes = [
        call("one"),
        call("many"),
        call("passed", from_node("file", file, "one")),
        call(
            "read", from_node("file", file, "passed"), from_node("folder", folder, "many"),
            from_node("raw", FILE, "passed"),
        ),
    ]  # fmt: skip
    result = place.run(graph(steps, nodes, outputs=(from_node("all", ListOf(STR), "read"),)))
    assert result.phase == "succeeded", result.nodes
    assert result.outputs["all"]["value"] == ["a", "b", "x", "y"]

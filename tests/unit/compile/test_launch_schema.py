"""The schema of a launch's inputs says what the reader of launch inputs takes, and no more."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from flyteops.compile.faults import Faults
from flyteops.compile.launch_schema import inputs_schema, plan_inputs_schema, type_schema, written
from flyteops.compile.values import read_literal
from flyteops.model.entities import Variable
from flyteops.model.types import (
    BOOL,
    DATE,
    DATETIME,
    DIRECTORY,
    FILE,
    FLOAT,
    INT,
    JSON,
    NONE,
    STR,
    TIMEDELTA,
    BlobOf,
    DatasetOf,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    PickleOf,
    RecordField,
    RecordOf,
    UnionOf,
    optional,
    union,
)
from flyteops.source.json_tree import read_json
from tests.unit.compile.project import program

WORDS = EnumOf(("eu", "us", "$x", "1"))
NUMBERS = EnumOf((1, 2, 30))
SIMPLE = st.sampled_from([INT, FLOAT, BOOL, STR, DATETIME, DATE, TIMEDELTA, JSON, NONE, WORDS, NUMBERS, FILE])
OUTSIDE = st.sampled_from([DIRECTORY, BlobOf("file", "csv"), DatasetOf(format="parquet"), PickleOf("m:Model")])
KEYS = st.sampled_from([STR, INT, FLOAT, BOOL, DATE, TIMEDELTA, EnumOf(("a", "b"))])
NAMES = st.sampled_from(["a", "b", "rows"])


def records(of: st.SearchStrategy[LiteralType]) -> st.SearchStrategy[LiteralType]:
    fields = st.lists(st.builds(RecordField, NAMES, of, st.booleans()), max_size=3, unique_by=lambda each: each.name)
    return fields.map(lambda found: RecordOf(tuple(found)))


TYPES: st.SearchStrategy[LiteralType] = st.recursive(
    SIMPLE | OUTSIDE,
    lambda of: st.one_of(
        of.map(ListOf),
        st.builds(DictOf, KEYS, of),
        st.lists(of, min_size=1, max_size=3).map(lambda members: union(tuple(members))),
        of.map(optional),
        records(of),
    ),
    max_leaves=6,
)
# Text that one type or another may take for its own; no line break, since Python's `$` stands before a last one.
PLAIN_TEXT = st.text(alphabet="ab$ -_.:0123456789TZ+é漢😀", max_size=6)
TEXTS = PLAIN_TEXT | st.sampled_from(
    ["", "$", "$$", "$x", "$$x", "$$$", "eu", "1", "true", "null", "2026-01-31", "2026-02-28T08:00:00Z", "90m", "PT1H",
     "2026-01-31 08:00", "2026-01-31T24:00:00Z", "2026-00-10", "0000-01-01", "1h30m", "30m1h", "5", "s3://b/k", "PT",
     "2026-01-31T08:00:00+25:00", "2026-01-31t08:00:00.123456789z", "0x1f", "1e3", "P1W", "-5m", "4w"]
)  # fmt: skip
# Of the points where schema and reader may differ, none: no 1.0, no number of digits beyond 64 bits.
NUMBERS_TOLD_APART = st.integers(-(2**63), 2**63 - 1) | st.floats(-1e6, 1e6).filter(lambda x: x != int(x))
SCALARS = st.none() | st.booleans() | st.integers(0, 3) | NUMBERS_TOLD_APART | TEXTS
ANY_VALUE = st.recursive(
    SCALARS, lambda of: st.lists(of, max_size=3) | st.dictionaries(NAMES | TEXTS, of, max_size=3), max_leaves=6
)


def fitting(of: LiteralType) -> st.SearchStrategy[Any]:
    """Values that have the shape of the type, right or nearly so."""
    match of:
        case ListOf(item):
            shaped: st.SearchStrategy[Any] = st.lists(fitting(item), max_size=3)
        case DictOf(_, value):
            keys = TEXTS | st.integers(-3, 99).map(str) | st.sampled_from(["a", "b", "true", "0.5"])
            shaped = st.dictionaries(keys, fitting(value), max_size=3)
        case UnionOf(members):
            shaped = st.one_of([fitting(member) for member in members])
        case RecordOf(fields):
            known = {field.name: fitting(field.type) for field in fields}
            needed = {field.name: known[field.name] for field in fields if field.required}
            rest = {name: each for name, each in known.items() if name not in needed}
            shaped = st.fixed_dictionaries(needed, optional={**rest, "other": SCALARS})
        case _:
            shaped = SCALARS
    return shaped | ANY_VALUE if not isinstance(of, UnionOf) else shaped


def schema_of(of: LiteralType) -> dict[str, Any]:
    whole = inputs_schema((Variable(name="x", type=of),), address="task/t", about="")
    return {**type_schema(of), **({"$defs": whole["$defs"]} if "$defs" in whole else {})}


def taken_by_reader(value: Any, of: LiteralType) -> bool:
    node, faults = read_json("inputs.json", json.dumps(value, allow_nan=False).encode())
    assert node is not None, faults
    return read_literal(node, of, faults=Faults()) is not None


def unquoted(value: Any) -> bool:
    """Whether a number or a boolean stands anywhere."""
    if isinstance(value, dict):
        return any(unquoted(each) for each in value.values())
    return any(unquoted(each) for each in value) if isinstance(value, list) else isinstance(value, bool | int | float)


def wants_words(of: LiteralType) -> bool:
    """Whether a file or a word of an enum is wanted anywhere: there the reader takes unquoted text as well."""
    match of:
        case ListOf(item):
            return wants_words(item)
        case DictOf(_, value):
            return wants_words(value)
        case UnionOf(members):
            return any(wants_words(member) for member in members)
        case RecordOf(fields):
            return any(wants_words(field.type) for field in fields)
        case EnumOf(values):
            return isinstance(values[0], str)
    return isinstance(of, BlobOf | DatasetOf | PickleOf)


@given(st.data(), TYPES)
def test_schema_and_reader_take_the_same_values(data: st.DataObject, of: LiteralType) -> None:
    value = data.draw(fitting(of))
    by_schema = Draft202012Validator(schema_of(of)).is_valid(value)
    by_reader = taken_by_reader(value, of)
    if wants_words(of) and unquoted(value):
        assert by_reader or not by_schema or told_apart_by_reader_only(value, of)
    else:
        assert by_schema == by_reader or (by_schema and told_apart_by_reader_only(value, of))


def told_apart_by_reader_only(value: Any, of: LiteralType) -> bool:
    """Whether the reader refuses a map for what no schema sees: it fits two members, or has a key twice."""
    node, _ = read_json("inputs.json", json.dumps(value, allow_nan=False).encode())
    faults = Faults()
    assert node is not None
    read_literal(node, of, faults=faults)
    return any(each.code in ("FO427", "FO428") for each in faults.found)


@given(st.data(), TYPES)
def test_what_was_read_is_written_so_that_it_reads_the_same(data: st.DataObject, of: LiteralType) -> None:
    node, _ = read_json("inputs.json", json.dumps(data.draw(fitting(of))).encode())
    assert node is not None
    literal = read_literal(node, of, faults=Faults())
    if literal is None:
        return
    again, _ = read_json("inputs.json", json.dumps(written(literal.value, of)).encode())
    assert again is not None
    found = read_literal(again, of, faults=Faults())
    assert found is not None
    assert found.value == literal.value


@pytest.mark.parametrize(
    ("of", "value", "by_schema", "by_reader"),
    [
        (INT, "1.0", True, False),
        (INT, "1e2", True, False),
        (FLOAT, "10000000000000000000", True, False),
        (DATE, '"2026-02-30"', True, False),
        (TIMEDELTA, '"400d"', True, False),
        (FILE, "2026", False, True),
        (EnumOf(("1", "2")), "1", False, True),
    ],
)
def test_the_points_that_the_description_names(of: LiteralType, value: str, by_schema: bool, by_reader: bool) -> None:
    node, _ = read_json("inputs.json", value.encode())
    assert node is not None
    assert Draft202012Validator(schema_of(of)).is_valid(json.loads(value)) == by_schema
    assert (read_literal(node, of, faults=Faults()) is not None) == by_reader


def test_the_inputs_of_a_plan() -> None:
    found = program("""\
workflows:
  w:
    description: Counts.
    inputs:
      rows: int
      region: m:Region = eu
      day: {type: date, description: The day.}
      long: {type: timedelta, default: 90m}
      note: {type: str | None, default: null}
      at: datetime
    nodes: {a: {task: 'm:add', inputs: {a: $inputs.rows, b: 1}}}
launch_plans:
  nightly:
    workflow: w
    default_inputs: {rows: 10, day: 2026-01-31}
    fixed_inputs: {region: us}
    schedule: {cron: "0 2 * * *", kickoff_time_input: at}
""")
    schema: Any = plan_inputs_schema(found.launch_plans["nightly"], found.workflows["w"], address="launch_plan/nightly")
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == "Inputs of launch_plan/nightly"
    assert schema["description"].startswith("Counts. A launch reads the values itself.")
    assert schema["required"] == ["at"]
    assert schema["additionalProperties"] is False
    assert {name: each.get("default", "-") for name, each in schema["properties"].items()} == {
        "at": "-", "day": "2026-01-31", "long": "1h30m", "note": None, "rows": 10,
    }  # fmt: skip
    assert schema["properties"]["day"]["description"] == "The day."
    assert schema["properties"]["at"]["description"] == (
        "datetime. The schedule gives its own time here; by hand, `--slot` does."
    )
    assert "$defs" not in schema

# ruff: noqa: E501  # a message stands whole on its line
from __future__ import annotations

from typing import Any

import pytest

from flyteops.compile.faults import Faults
from flyteops.compile.values import Absent, wire_value
from flyteops.model.types import (
    BOOL,
    DATE,
    DATETIME,
    FILE,
    FLOAT,
    INT,
    JSON,
    NONE,
    STR,
    TIMEDELTA,
    BlobOf,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    UnionOf,
    member_key,
    optional,
)
from tests.unit.compile.project import REQUEST, told, tree


def read(text: str, of: LiteralType) -> tuple[Any, list[str]]:
    node = tree(f"v: {text}\n").get("v")
    assert node is not None
    faults = Faults()
    value = wire_value(node, of, faults=faults, subject="v")
    return (None if isinstance(value, Absent) else value), told(tuple(faults.found))


@pytest.mark.parametrize(
    ("text", "of", "value"),
    [
        ("010", STR, "010"),
        ("1.10", STR, "1.10"),
        ("true", STR, "true"),
        ("2024-01-01", STR, "2024-01-01"),
        ("no", STR, "no"),
        ("1:30", STR, "1:30"),
        ('"null"', STR, "null"),
        ('""', STR, ""),
        ("$$x", STR, "$x"),
        ("$$$x", STR, "$$x"),
        ("a $x", STR, "a $x"),
        ("010", INT, 10),
        ("0x1F", INT, 31),
        ("-3", INT, -3),
        ("3", FLOAT, 3.0),
        ("1e3", FLOAT, 1000.0),
        ("True", BOOL, True),
        ("2026-01-31T08:00:00Z", DATETIME, "2026-01-31T08:00:00Z"),
        ("2026-01-31 08:00:00.5+02:00", DATETIME, "2026-01-31T08:00:00.500000+02:00"),
        ("2026-01-31", DATE, "2026-01-31"),
        ("1h30m", TIMEDELTA, {"$us": 5_400_000_000}),
        ("PT1H", TIMEDELTA, {"$us": 3_600_000_000}),
        ("250ms", TIMEDELTA, {"$us": 250_000}),
        ("a/b.csv", FILE, {"$blob": {"uri": "a/b.csv"}}),
        ("s3://b/k.csv", BlobOf("file", "csv"), {"$blob": {"uri": "s3://b/k.csv", "format": "csv"}}),
        ("eu", EnumOf(("eu", "us")), "eu"),
        ("true", EnumOf(("true", "false")), "true"),
        ("2", EnumOf((1, 2)), 2),
        ("[1, 2]", ListOf(INT), [1, 2]),
        ("[]", ListOf(INT), []),
        ("{1: x}", DictOf(STR, STR), {"1": "x"}),
        ("{1: x}", DictOf(INT, STR), [[1, "x"]]),
        ("{2026-01-31: 1}", DictOf(DATE, INT), [["2026-01-31", 1]]),
        ("{rows: 3, tags: [a, 1]}", REQUEST, {"rows": 3, "tags": ["a", "1"]}),
        ("{a: [1, no, 0.5, null, true, 2024-01-01]}", JSON, {"a": [1, "no", 0.5, None, True, "2024-01-01"]}),
        ("null", JSON, None),
        ("~", NONE, None),
    ],
)  # fmt: skip
def test_what_a_value_is_by_the_type_wanted(text: str, of: LiteralType, value: Any) -> None:
    assert read(text, of) == (value, [])


def tagged(of: LiteralType, value: Any) -> dict[str, Any]:
    return {"$u": member_key(of), "value": value}


@pytest.mark.parametrize(
    ("text", "members", "of", "value"),
    [
        ("null", (INT, NONE), NONE, None),
        ("3", (FLOAT, INT), INT, 3),
        ("3.5", (INT, FLOAT), FLOAT, 3.5),
        ("3", (STR, INT), INT, 3),
        ('"3"', (INT, STR), STR, "3"),
        ("true", (STR, BOOL), BOOL, True),
        ("2026-01-31", (STR, DATE), DATE, "2026-01-31"),
        ("x", (STR, DATE), STR, "x"),
        ("[1]", (STR, ListOf(INT)), ListOf(INT), [1]),
        ("{rows: 1}", (REQUEST, NONE), REQUEST, {"rows": 1}),
    ],
)
def test_a_union_takes_the_first_member_that_fits_with_str_last(
    text: str, members: tuple[LiteralType, ...], of: LiteralType, value: Any
) -> None:
    assert read(text, UnionOf(members)) == (tagged(of, value), [])


@pytest.mark.parametrize(
    ("text", "of", "expected"),
    [
        ("3.0", INT, "v must be int, not 3.0 | 3.0 | write a whole number such as 3; nothing is rounded"),
        ('"3"', INT, 'v must be int, not the text "3" | the text "3" | take the quotes away: 3'),
        ("true", INT, "v must be int, not true | true | write a whole number such as 3"),
        ("1", BOOL, "v must be bool, not 1 | 1 | write true or false"),
        ("yes", BOOL, "v must be bool, not yes | yes | write true or false"),
        ("null", STR, "v must be str, not null | null | write text, or let the type be str | None"),
        ("90", TIMEDELTA, "v must be timedelta, not 90 | 90 | say the unit: 90s"),
        ("2026-01-31", DATETIME, "v must be datetime, not 2026-01-31 | 2026-01-31 | write 2026-01-31T00:00:00Z"),
        ("2026-02-30", DATE, "v must be date, not 2026-02-30 | 2026-02-30 | write a date such as 2026-01-31"),
        ("3", ListOf(INT), "v must be list[int], not 3 | 3 | write a list of int: [… , …]"),
        ("{a: 1}", ListOf(INT), "v must be list[int], not a map | a map | write a list of int: [… , …]"),
        ("[1]", REQUEST, "v must be Request, not a list | a list | write a map with rows, name, tags"),
        ("x", optional(INT), "v must be int | None, not x | x | write a value of int | None"),
    ],
)
def test_what_does_not_fit_says_what_would(text: str, of: LiteralType, expected: str) -> None:
    value, found = read(text, of)
    assert value is None
    assert found == [f"FO250 1:4-{4 + len(text)} | {expected}"]


def test_all_faults_inside_a_value_are_told() -> None:
    _, found = read("{rows: x, tags: [a, null], nam: 1}", REQUEST)
    assert found == [
        'FO251 1:31-34 | Request has no field "nam" | did you mean name?',
        "FO250 1:11-12 | Request.rows must be int, not x | x | write a whole number such as 3",
        "FO250 1:24-28 | an item must be str, not null | null | write text, or let the type be str | None",
    ]


def test_faults_inside_the_only_member_of_that_shape_are_told() -> None:
    _, found = read("{rows: x}", optional(REQUEST))
    assert found == ["FO250 1:11-12 | Request.rows must be int, not x | x | write a whole number such as 3"]


def test_a_time_without_a_zone_is_utc_and_warned_about() -> None:
    value, found = read("2026-01-31 08:00:00", DATETIME)
    assert value == "2026-01-31T08:00:00Z"
    assert found == [
        "FO254 1:4-23 | 2026-01-31 08:00:00 has no time zone; UTC is taken | which zone? | write 2026-01-31T08:00:00Z, or an offset such as +02:00"
    ]


def test_a_member_of_an_enum_is_never_taken_by_its_name() -> None:
    _, found = read("EU", EnumOf(("eu", "us")))
    assert found == ['FO253 1:4-6 | "EU" is not a value of enum["eu", "us"] | one of eu, us | did you mean eu?']

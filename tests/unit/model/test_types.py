"""Which value fits where, as a table."""

import pytest

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
    BlobOf,
    DictOf,
    EnumOf,
    ListOf,
    RecordField,
    RecordOf,
    UnionOf,
    accepts_none,
    assignable,
    contains_blob,
    member_key,
    optional,
    spelling,
    type_wire,
    union,
)

POINT = RecordOf((RecordField("x", INT), RecordField("y", INT, required=False)), name="geo:Point")


@pytest.mark.parametrize(
    ("source", "target", "fits"),
    [
        (INT, FLOAT, True),
        (FLOAT, INT, False),
        (BOOL, INT, False),
        (INT, BOOL, False),
        (INT, STR, False),
        (DATE, DATETIME, False),
        (INT, optional(INT), True),
        (INT, optional(FLOAT), True),
        (optional(INT), INT, False),
        (optional(INT), optional(FLOAT), True),
        (EnumOf(("a", "b")), STR, True),
        (EnumOf((1, 2)), STR, False),
        (EnumOf(("a",)), EnumOf(("a", "b")), True),
        (EnumOf(("a", "b")), EnumOf(("a",)), False),
        (STR, EnumOf(("a",)), False),
        (ListOf(INT), ListOf(FLOAT), True),
        (ListOf(INT), INT, False),
        (DictOf(STR, INT), DictOf(STR, FLOAT), True),
        (DictOf(INT, INT), DictOf(STR, INT), False),
        (DictOf(STR, INT), JSON, True),
        (DictOf(INT, INT), JSON, False),
        (FILE, JSON, False),
        (DATETIME, JSON, False),
        (POINT, JSON, True),
        (NONE, JSON, True),
        (FILE, BlobOf("file", "csv"), False),
        (BlobOf("file", "csv"), FILE, True),
        (FILE, BlobOf("directory"), False),
        (POINT, RecordOf((RecordField("x", FLOAT), RecordField("y", INT, required=False))), True),
        (RecordOf((RecordField("x", INT),)), POINT, True),
        (RecordOf((RecordField("y", INT),)), POINT, False),
        (POINT, RecordOf((RecordField("x", INT),)), False),
    ],
)
def test_assignable(source, target, fits):
    assert assignable(source, target) is fits


def test_a_union_is_flat_and_without_repeats():
    assert union((INT, optional(INT), NONE)) == UnionOf((INT, NONE))
    assert union((INT, INT)) == INT


def test_none_is_accepted_by_none_json_and_optionals_only():
    assert [accepts_none(each) for each in (NONE, JSON, optional(INT), INT)] == [True, True, True, False]


def test_the_wire_form_holds_no_class_name():
    assert type_wire(POINT) == {"record": [["x", "int", True], ["y", "int", False]]}
    assert RecordOf(POINT.fields, name="other:Name") == POINT
    assert member_key(RecordOf(POINT.fields, name="other:Name")) == member_key(POINT)


def test_blobs_are_found_at_any_depth():
    assert contains_blob(ListOf(optional(DictOf(STR, FILE))))
    assert not contains_blob(ListOf(POINT))


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (optional(ListOf(DATE)), "list[date] | None"),
        (EnumOf(("eu", "us")), 'enum["eu", "us"]'),
        (BlobOf("file", "csv"), "File[csv]"),
        (DictOf(STR, JSON), "dict[str, Json]"),
        (POINT, "geo:Point"),
    ],
)
def test_a_type_is_spelt_as_users_write_it(of, text):
    assert spelling(of) == text

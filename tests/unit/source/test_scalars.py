from __future__ import annotations

import pytest

from flyteops.model.diagnostics import Place
from flyteops.source.scalars import core_value, is_null, number_fault
from flyteops.source.tree import Scalar, Sequence, Style

HERE = Place(path="a.yaml", line=1, column=1, end_line=1, end_column=2)


def scalar(text: str, style: Style = "plain") -> Scalar:
    return Scalar(text=text, style=style, place=HERE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("FALSE", False),
        ("0", 0), ("-7", -7), ("+7", 7), ("010", 10), ("0o17", 15), ("0xFf", 255),
        ("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63)),
        ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-2", -0.015), ("6e23", 6e23),
    ],
)  # fmt: skip
def test_plain_scalars_by_the_core_schema(text: str, value: object) -> None:
    found = core_value(scalar(text))
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    "text",
    ["nULL", "tRUE", "yes", "No", "on", "1_000", "1:30", "0b1", "0o8", "0xg", "1e", ".", "-", "+", "1.2.3", "1,5",
     "2024-01-01", "१", "0X1F", "=", "..inf"],
)  # fmt: skip
def test_everything_else_is_text(text: str) -> None:
    assert core_value(scalar(text)) == text
    assert number_fault(scalar(text)) is None


@pytest.mark.parametrize("style", ["single", "double", "literal", "folded"])
def test_quoted_text_is_always_text(style: Style) -> None:
    assert [core_value(scalar(text, style)) for text in ("", "null", "true", "1")] == ["", "null", "true", "1"]
    assert not is_null(scalar("null", style))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("9223372036854775808", "whole numbers are 64-bit, from -2^63 to 2^63 - 1"),
        ("1e999", "the number is too large for a float"),
        (".inf", "infinity and NaN are not written in YAML"),
        (".NaN", "infinity and NaN are not written in YAML"),
    ],
)
def test_numbers_out_of_bounds_stay_text_with_the_reason(text: str, reason: str) -> None:
    assert core_value(scalar(text)) == text
    assert number_fault(scalar(text)) == reason


def test_only_a_plain_scalar_is_null() -> None:
    assert is_null(scalar(""))
    assert is_null(scalar("~"))
    assert not is_null(Sequence(items=(), place=HERE))

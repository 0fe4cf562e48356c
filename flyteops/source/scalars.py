"""Plain text to values by the YAML 1.2 core schema. Says what a scalar is; never what it should have been."""

from __future__ import annotations

import math
import re

from flyteops.source.tree import Scalar, TreeNode

INT_MIN = -(2**63)
INT_MAX = 2**63 - 1
"""Whole numbers are 64-bit: what every engine, store and database of the road can carry."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBER_BEGINS = frozenset("+-.0123456789")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DIGITS = 400
"""A longer number is refused unread: Python's own conversion is quadratic."""


def is_null(node: TreeNode) -> bool:
    """Whether the value is a plain `null`, `~` or nothing at all; quoted text never is."""
    return type(node) is Scalar and node.style == "plain" and node.text in _NULLS


def core_value(scalar: Scalar) -> bool | int | float | str | None:
    """What a scalar is by the core schema. A number out of bounds stays text: `number_fault` says why."""
    text = scalar.text
    if scalar.style != "plain":
        return text
    if text in _NULLS:
        return None
    if text[0] not in _NUMBER_BEGINS:
        return _BOOLS.get(text, text)
    number = _number(text)
    return text if number is None else number


def number_fault(scalar: Scalar) -> str | None:
    """Why a plain scalar in the form of a number is not taken as one; None when it is taken or is no number."""
    text = scalar.text
    if scalar.style != "plain" or text[:1] not in _NUMBER_BEGINS or _number(text) is not None:
        return None
    if _NOT_FINITE.fullmatch(text):
        return "infinity and NaN are not written in YAML"
    if _INT.fullmatch(text):
        return "whole numbers are 64-bit, from -2^63 to 2^63 - 1"
    return "the number is too large for a float" if _FLOAT.fullmatch(text) else None


def _number(text: str) -> int | float | None:
    if len(text) > _DIGITS:
        return None
    if _INT.fullmatch(text):
        value = int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        return value if INT_MIN <= value <= INT_MAX else None
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else None
    return None

"""Evaluates a condition from its JSON form: one evaluator for local runs and pods. Standard library only, no models.

The form is `condition_wire` with the operands of `execution/invocation.py`: `{"type", "value"}` for a constant, a
reference with its `"type"` for a lookup.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

Lookup = Callable[[dict[str, Any]], Any]
"""Gives the wire value at a reference: the operand as it stands in the document, `{"step" | "input", …, "path"}`."""


def evaluate(condition: dict[str, Any], lookup: Lookup) -> bool:
    """Whether the condition holds. `and` and `or` look at their right side only when the left does not decide."""
    if "compare" in condition:
        operator, left, right = condition["compare"]
        return _compare(operator, _value(left, lookup), _value(right, lookup))
    if "in" in condition:
        operand, values = condition["in"]
        found = _value(operand, lookup)
        holds = any(_equal(found, _read(each["type"], each["value"])) for each in values)
        return holds is not bool(condition["negated"])
    if "none" in condition:
        return (_value(condition["none"], lookup) is None) is not bool(condition["negated"])
    if "truth" in condition:
        return _value(condition["truth"], lookup) is True
    if "not" in condition:
        return not evaluate(condition["not"], lookup)
    if "and" in condition:
        left, right = condition["and"]
        return evaluate(left, lookup) and evaluate(right, lookup)
    if "or" in condition:
        left, right = condition["or"]
        return evaluate(left, lookup) or evaluate(right, lookup)
    raise ValueError(f"no form of a condition: {sorted(condition)}")


def _value(operand: dict[str, Any], lookup: Lookup) -> Any:
    found = operand["value"] if "value" in operand else lookup(operand)
    return _read(operand["type"], found)


def _read(of: Any, wire: Any) -> Any:
    """A Python value that compares as the type says: times as times, `$f` as float, a union's member as itself."""
    if isinstance(wire, dict) and "$u" in wire and "value" in wire:
        return _read(_without_none(of), wire["value"])
    of = _without_none(of)
    if wire is None:
        return None
    if isinstance(wire, dict):
        if set(wire) == {"$f"}:
            return float(wire["$f"])
        if set(wire) == {"$us"}:
            return dt.timedelta(microseconds=wire["$us"])
    if of == "datetime" and isinstance(wire, str):
        found = dt.datetime.fromisoformat(wire)
        return found if found.tzinfo else found.replace(tzinfo=dt.timezone.utc)  # noqa: UP017  # pods may run 3.10
    if of == "date" and isinstance(wire, str):
        return dt.date.fromisoformat(wire)
    return wire


def _without_none(of: Any) -> Any:
    """The only member beside none of an optional; any other type as it is."""
    if isinstance(of, dict) and "union" in of:
        members = [member for member in of["union"] if member != "none"]
        return members[0] if len(members) == 1 else of
    return of


def _equal(left: Any, right: Any) -> bool:
    # Python holds 1 == True: a bool equals only a bool here.
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _compare(operator: str, left: Any, right: Any) -> bool:
    if operator == "==":
        return _equal(left, right)
    if operator == "!=":
        return not _equal(left, right)
    if left is None or right is None:
        return False
    if operator == "<":
        return bool(left < right)
    if operator == "<=":
        return bool(left <= right)
    if operator == ">":
        return bool(left > right)
    if operator == ">=":
        return bool(left >= right)
    raise ValueError(f"no operator of conditions: {operator}")

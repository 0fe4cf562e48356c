"""Functions behind the tasks."""

from __future__ import annotations


def query(table: str, limit: int) -> str:
    return f"{limit} {table}"


def area(a: float) -> float:
    return a * a


def add(a: int, b: int) -> int:
    return a + b


def total(numbers: list[int]) -> int:
    return sum(numbers)


def spread(count: int, step: int):
    """One addition for each count, and their sum; nothing to run for none."""
    if count == 0:
        return 0
    nodes = {f"add{i}": {"task": "kinds.steps:add", "inputs": {"a": i, "b": "$inputs.step"}} for i in range(count)}
    nodes["sum"] = {"task": "kinds.steps:total", "inputs": {"numbers": [f"$add{i}" for i in range(count)]}}
    return {"nodes": nodes, "outputs": {"total": "$sum"}}


def wrong():
    return {"nodes": {"a": {"task": "kinds.steps:add", "inputs": {"a": 1}}}, "outputs": {"total": "$a"}}

"""Graphs made by code."""

from typing import Any


def plan(texts: list[str]) -> dict[str, Any]:
    """One message a text."""
    return {
        "nodes": {f"tell{i}": {"task": "churn.report:tell", "inputs": {"text": text}} for i, text in enumerate(texts)}
    }

"""Annotations written as text."""

from __future__ import annotations

import ast
import warnings

_MAX_QUOTED = 10_000


def unquoted(text: str) -> ast.expr | None:
    """The expression inside a quoted annotation; None when it is none."""
    if len(text) > _MAX_QUOTED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None

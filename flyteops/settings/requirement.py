"""`requires:`: which versions of the tool may plan a project."""

from __future__ import annotations

import re
from itertools import zip_longest

_CLAUSE = re.compile(r"(>=|<=|==|!=|~=|<|>)\s*([0-9]{1,6}(?:\.[0-9]{1,6}){0,3})")
_RELEASE = re.compile(r"[0-9]+(?:\.[0-9]+)*")


def requirement_fault(requirement: str) -> str:
    """Why a text is no requirement; empty when it is one."""
    wrong = [part.strip() for part in requirement.split(",") if not _CLAUSE.fullmatch(part.strip())]
    return f'"{wrong[0]}" is not a comparison such as >=0.1' if wrong else ""


def satisfies(version: str, requirement: str) -> bool:
    """Whether a version meets all comparisons; only its release counts, and an unknown version meets any."""
    release = _RELEASE.match(version)
    if release is None or version.startswith("0+"):
        return True
    clauses = [_CLAUSE.fullmatch(part.strip()) for part in requirement.split(",")]
    return all(_meets(_numbers(release[0]), clause[1], _numbers(clause[2])) for clause in clauses if clause)


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


def _meets(version: tuple[int, ...], comparison: str, wanted: tuple[int, ...]) -> bool:
    if comparison == "~=":  # at least this, and the same up to its last number but one
        return _order(version, wanted) >= 0 and version[: len(wanted) - 1] == wanted[:-1]
    order = _order(version, wanted)
    return {
        ">=": order >= 0,
        "<=": order <= 0,
        ">": order > 0,
        "<": order < 0,
        "==": order == 0,
        "!=": order != 0,
    }[comparison]


def _order(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    for left, right in zip_longest(one, other, fillvalue=0):
        if left != right:
            return 1 if left > right else -1
    return 0

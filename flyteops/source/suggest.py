"""The nearest of some words to a wrong one, for "did you mean". Pure and bounded."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 64
"""Longer words are not compared: nobody mistypes a name of 64 letters, and comparing is quadratic."""


def nearest(word: str, known: Iterable[str], *, most: int = 3) -> tuple[str, ...]:
    """Up to `most` known words that a slip of the keyboard could have turned into `word`, the nearest first."""
    if not word or len(word) > _LONGEST:
        return ()
    allowed = 1 if len(word) < 4 else 2 if len(word) < 8 else 3
    ranked = [
        (distance, other)
        for other in known
        if abs(len(other) - len(word)) <= allowed
        and (distance := _distance(_plain(word), _plain(other))) <= allowed
        and distance < max(len(word), len(other))
    ]
    return tuple(other for _, other in sorted(ranked)[:most])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean "a" or "b"?`, or nothing."""
    found = nearest(word, known)
    return f"did you mean {' or '.join(found)}?" if found else ""


def _plain(word: str) -> str:
    return word.lower().replace("-", "_")


def _distance(one: str, other: str) -> int:
    """Insertions, deletions, changes and swaps of neighbours (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for to, against in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != against))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == against:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
    return row[-1]


def shown(text: str, *, most: int = 60) -> str:
    """The user's text as it may stand in a message: on one line, nothing unprintable, not long."""
    printable = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text[: most + 1])
    return printable if len(text) <= most else f"{printable[:most]}…"

"""Small words to write a closed schema with: each is a check that yields what is wrong with a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flyteops.model.frozen import frozen


@frozen(kw_only=False)
class Finding:
    """What is wrong, and where in the body: dotted, such as `spec.templates.0.container`."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


Value = Any  # a body is untrusted JSON here: every check looks at the type first
Check = Callable[[Value, str], Iterator[Finding]]


def only(*allowed: object) -> Check:
    """Exactly one of these values, of the same type."""

    def check(value: Value, path: str) -> Iterator[Finding]:
        if not any(type(value) is type(each) and value == each for each in allowed):
            yield Finding(path, f"{value!r} is not {' or '.join(map(repr, allowed))}")

    return check


def text(pattern: str = r"[^\x00-\x08\x0b-\x1f\x7f]*", *, longest: int = 262_144) -> Check:
    """Text that matches the whole pattern and holds no tag of the engine."""
    compiled = re.compile(pattern, re.DOTALL)

    def check(value: Value, path: str) -> Iterator[Finding]:
        if not isinstance(value, str):
            yield Finding(path, f"{value!r} is not text")
        elif len(value) > longest:
            yield Finding(path, f"longer than {longest}")
        elif "{{" in value:
            yield Finding(path, "a tag of the engine where none may be")
        elif not compiled.fullmatch(value):
            yield Finding(path, f"{value[:80]!r} is not of the form {pattern}")

    return check


def tagged(pattern: str) -> Check:
    """Text that may hold tags: it must match one of our own forms as a whole."""
    compiled = re.compile(pattern)

    def check(value: Value, path: str) -> Iterator[Finding]:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            yield Finding(path, f"{value!r} is not a tag of ours")

    return check


def literal_text(value: Value, path: str) -> Iterator[Finding]:
    """Any text: the engine never reads this place."""
    if not isinstance(value, str):
        yield Finding(path, f"{value!r} is not text")


def whole(low: int, high: int) -> Check:
    """An integer within bounds; `true` is none."""

    def check(value: Value, path: str) -> Iterator[Finding]:
        if type(value) is not int or not low <= value <= high:
            yield Finding(path, f"{value!r} is not a whole number from {low} to {high}")

    return check


def truth(value: Value, path: str) -> Iterator[Finding]:
    """A boolean."""
    if not isinstance(value, bool):
        yield Finding(path, f"{value!r} is not true or false")


def listed(item: Check, *, least: int = 0, most: int = 200) -> Check:
    """A list of so many items."""

    def check(value: Value, path: str) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield Finding(path, "is not a list")
            return
        if not least <= len(value) <= most:
            yield Finding(path, f"has {len(value)} items, not {least} to {most}")
        for index, each in enumerate(value):
            yield from item(each, f"{path}.{index}")

    return check


def exactly(*items: Check) -> Check:
    """A list with one check for each place."""

    def check(value: Value, path: str) -> Iterator[Finding]:
        if not isinstance(value, list) or len(value) != len(items):
            yield Finding(path, f"is not a list of {len(items)}")
            return
        for index, (each, item) in enumerate(zip(value, items, strict=True)):
            yield from item(each, f"{path}.{index}")

    return check


def pairs(key: Check, value_check: Check) -> Check:
    """A map with free keys."""

    def check(value: Value, path: str) -> Iterator[Finding]:
        if not isinstance(value, dict):
            yield Finding(path, "is not a map")
            return
        for name, each in value.items():
            yield from key(name, f"{path}.{name}")
            yield from value_check(each, f"{path}.{name}")

    return check


def closed(needed: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """A map with these fields and no other."""
    known = {**needed, **(optional or {})}

    def check(value: Value, path: str) -> Iterator[Finding]:
        if not isinstance(value, dict):
            yield Finding(path, "is not a map")
            return
        for name in needed:
            if name not in value:
                yield Finding(f"{path}.{name}", "is missing")
        for name, each in value.items():
            if name not in known:
                yield Finding(f"{path}.{name}", "is not a field that is ever emitted")
            else:
                yield from known[name](each, f"{path}.{name}")

    return check


def one_of_by(choose: Callable[[Mapping[str, Value]], Check | None], *, otherwise: str) -> Check:
    """A map whose own fields say which check it must pass."""

    def check(value: Value, path: str) -> Iterator[Finding]:
        chosen = choose(value) if isinstance(value, dict) else None
        if chosen is None:
            yield Finding(path, otherwise)
        else:
            yield from chosen(value, path)

    return check

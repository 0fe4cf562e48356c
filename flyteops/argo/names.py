"""Names of objects, templates and DAG tasks: readable, within the engine's rules, never the same for two things."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flyteops.model.digest import sha256_hex

MAX_OBJECT_NAME = 63
MAX_CRON_NAME = 52
"""A child of a CronWorkflow gets a timestamp behind its name."""
MAX_TASK_NAME = 128
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_LABEL_VALUE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")


def slug(text: str, *, longest: int) -> str:
    """The text as letters, digits and single dashes, beginning with a letter; not unique by itself."""
    plain = _UNSAFE.sub("-", text).strip("-")
    if not plain or not plain[0].isalpha():
        plain = f"s-{plain}"
    return plain[:longest].strip("-")


def task_names(paths: Iterable[str], *, reserved: frozenset[str]) -> dict[str, str]:
    """A DAG task name for each step path. Paths whose readable forms meet get a piece of their digest."""
    wanted: dict[str, list[str]] = {}
    for path in sorted(paths):
        wanted.setdefault(slug(path, longest=MAX_TASK_NAME), []).append(path)
    names: dict[str, str] = {}
    taken = set(reserved) | set(wanted)
    for name, sharing in wanted.items():
        exact = len(sharing) == 1 and name not in reserved and len(_UNSAFE.sub("-", sharing[0])) <= MAX_TASK_NAME
        for path in sharing:
            names[path] = name if exact else _with_digest(name, path, taken)
            taken.add(names[path])
    return names


def _with_digest(name: str, path: str, taken: set[str]) -> str:
    digest = sha256_hex(path.encode())
    for length in range(8, 65, 8):
        candidate = f"{name[: MAX_TASK_NAME - length - 1].strip('-')}-{digest[:length]}"
        if candidate not in taken:
            return candidate
    raise AssertionError("two step paths have the same SHA-256")


def object_name(readable: str, digest: str, *, longest: int, digits: int = 12) -> str:
    """`readable-digest` as a Kubernetes name of at most `longest` characters."""
    return f"{slug(readable, longest=longest - digits - 1).lower().strip('-')}-{digest[:digits]}"


def label_value(text: str) -> str:
    """The text when it may be the value of a label, else its slug with a piece of its digest."""
    if _LABEL_VALUE.fullmatch(text):
        return text
    return f"{slug(text, longest=54)}-{sha256_hex(text.encode())[:8]}"

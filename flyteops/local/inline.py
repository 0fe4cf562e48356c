"""A call inside this process, for a debugger: same verbs and commits, no isolation, no deadline."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field

from flyteops.model.digest import JsonObject
from flyteops.model.frozen import frozen
from flyteops.runtime.flyte.finder import forget_flyte
from flyteops.runtime.paths import add_code_roots
from flyteops.runtime.session import Session
from flyteops.runtime.surroundings import hand_over
from flyteops.runtime.verbs import Answer, perform


@frozen
class Handed:
    """The secrets of one attempt: values by name, and the folder for those shown as files."""

    values: dict[str, str] = field(repr=False)
    folder: str


def perform_inline(
    session: Session, invocation: JsonObject, item: int | None, *, env: tuple[tuple[str, str], ...], secrets: Handed
) -> Answer:
    """Runs one attempt here, with the task's environment and without our own variables for its time."""
    with _environment(dict(env)):
        hand_over(session, invocation, values=secrets.values, folder=secrets.folder)
        return perform(session, "task" if item is None else "map-item", invocation, item)


@contextmanager
def user_code(roots: Sequence[str]) -> Iterator[None]:
    """Import roots for the time of a run; afterwards this process has forgotten the user's modules."""
    path, modules = list(sys.path), set(sys.modules)
    add_code_roots(roots)
    try:
        yield
    finally:
        sys.path[:] = path
        forget_flyte()
        inside = tuple(os.path.join(root, "") for root in roots)  # noqa: PTH118
        for name in set(sys.modules) - modules:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(inside):
                del sys.modules[name]


@contextmanager
def _environment(added: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("FLYTEOPS_")]:
        del os.environ[name]
    os.environ.update(added)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)

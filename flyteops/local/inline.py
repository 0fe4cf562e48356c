"""A call inside this process, for a debugger: same verbs and commits, no isolation, no deadline."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from flyteops.model.digest import JsonObject
from flyteops.runtime.paths import add_code_roots
from flyteops.runtime.session import Session
from flyteops.runtime.verbs import Answer, perform


def perform_inline(
    session: Session, invocation: JsonObject, item: int | None, *, env: tuple[tuple[str, str], ...]
) -> Answer:
    """Runs one attempt here, with the task's environment and without our own variables for its time."""
    add_code_roots(session.code)
    with _environment(dict(env)):
        return perform(session, "task" if item is None else "map-item", invocation, item)


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

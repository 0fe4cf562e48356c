"""A run that is continued: what has finished is kept only while it is still what the tree says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from flyteops.execution.steps import RunMap, RunTask, Step
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.digest import Json, JsonObject, canonical, digest_of
from flyteops.model.errors import InvalidProject
from flyteops.ports.store import BlobStore
from flyteops.runtime.session import parsed

_HOW_NOT_WHAT = ("cache", "never", "run_s", "secrets", "warm", "checkpoint", "deck")
"""Parts of an invocation that say how a step runs: a longer timeout makes no result another one."""


def made_of(step: Step | None, invocation: JsonObject, *, inside: Mapping[str, str] = MappingProxyType({})) -> str:
    """The digest of what decides a step's result, or the run's outputs, the results before it apart; `inside` are
    the digests of the steps of what it launches."""
    code: Json = step.work.task.code if step and isinstance(step.work, RunTask | RunMap) else None
    what = {key: value for key, value in invocation.items() if key not in _HOW_NOT_WHAT}
    if inside:
        return digest_of("flyteops.local-step.v1", {"code": code, "invocation": what, "inside": dict(inside)})
    return digest_of("flyteops.local-step.v1", {"code": code, "invocation": what})


def keep_steps(store: BlobStore, execution: str, steps: Mapping[str, str]) -> None:
    """Notes what each step is made of, and the outputs under an empty name; InvalidProject when a finished one has
    changed."""
    key = f"runs/{execution}/steps.json"
    document: JsonObject = dict(steps)
    if store.create(key, canonical(document)):
        return
    found = store.get(key)
    before = parsed(found or b"") or {}
    other = [path for path, digest in steps.items() if before.get(path) != digest]
    if not other:
        return
    finished = _finished(store, execution, other)
    if finished:
        raise InvalidProject([_changed(execution, finished)])
    store.replace(key, canonical({**before, **document}), expected=found)


def _finished(store: BlobStore, execution: str, paths: Iterable[str]) -> list[str]:
    """Which of the steps have committed, as a whole or an item of a map."""
    prefix, end = f"runs/{execution}/", "/commit.json"
    committed = {key[len(prefix) : -len(end)] for key in store.list(prefix) if key.endswith(end)}
    if store.size(f"{prefix}outputs.json") is not None:
        committed.add("")
    committed |= {name.rpartition(".")[0] for name in committed if name.rpartition(".")[2].isdigit()}
    return [path for path in paths if path in committed]


def _changed(execution: str, finished: list[str]) -> Diagnostic:
    names = ", ".join(path or "the outputs" for path in finished)
    return Diagnostic(
        code="FO608",
        message=f"steps of the execution {execution} changed after they had finished: {names}",
        place=None,
        help="leave --execution out to start a new run: what is cached and did not change is found again",
    )

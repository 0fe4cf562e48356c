"""What a test of user code needs: a context to call functions in, and runs of tasks and workflows with plain values.

`context(secrets={"hf-token": "x"})` stands around direct calls of functions that ask `flyteops.context`;
`run("workflow/train", {"rows": 10}).outputs["model"]` runs the whole as `flyteops run` does, in this process.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flyteops.context import Current, enter, leave
from flyteops.surroundings import Checkpoint, Deck, Secrets

if TYPE_CHECKING:
    from flyteops.local import RunResult


_SCOPE = "dev/test"


class RunFailed(AssertionError):
    """A run that should have succeeded has not; the message is that of its first failed step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that succeeded: `outputs` as the values of Python that a function would be given."""

    execution: str
    outputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def output(self) -> Any:
        """The only output."""
        (value,) = self.outputs.values()
        return value


@contextmanager
def context(
    *,
    secrets: Mapping[str, str] | None = None,
    number: int = 1,
    scheduled_time: datetime | None = None,
    checkpoint: Checkpoint | None = None,
    workdir: str | os.PathLike[str] | None = None,
) -> Iterator[Current]:
    """A context for calling functions directly: its own empty working folder, the secrets given and no others.

    A `checkpoint` that is handed from one context to the next stands for another attempt of the same step.
    """
    with tempfile.TemporaryDirectory(prefix="flyteops-test-") as fresh:
        folder = os.fspath(workdir) if workdir is not None else fresh
        before = Path.cwd()
        current = Current(
            run="test",
            step="test",
            attempt=f"test-{number}",
            number=number,
            workdir=folder,
            scheduled_time=scheduled_time,
            secrets=Secrets(dict(secrets or {})),
            checkpoint=checkpoint or Checkpoint(),
            deck=Deck(),
        )
        os.chdir(folder)
        enter(current)
        try:
            yield current
        finally:
            leave()
            os.chdir(before)


def run(
    address: str,
    inputs: Mapping[str, Any] | None = None,
    *,
    project: str | os.PathLike[str] = ".",
    domain: str | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Run:
    """Runs a task, workflow or launch plan of the project around `project` in this process, in a store of its own.

    Inputs are plain values: numbers, text, lists, maps, dates, paths, enums, dataclasses. Raises `RunFailed`, or
    `InvalidProject` of flyteops.model.errors when the declarations or the inputs are faulty.
    """
    from flyteops.adapters.store_file import FileStore
    from flyteops.local import RunRequest
    from flyteops.local import run as run_here
    from flyteops.operations.given import given_inputs
    from flyteops.operations.growing import Growing
    from flyteops.operations.local_secrets import secrets_for
    from flyteops.operations.running import find, launch
    from flyteops.operations.sources import load_program
    from flyteops.wiring import open_workspace, system_clock, system_ids

    flags = {"domain": domain} if domain else {}
    workspace = open_workspace(Path(project), environ=os.environ, flags=flags)
    program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
    document = json.dumps(dict(inputs or {}), default=_plain).encode()
    what = launch(program, find(program, address), given_inputs((), ("inputs.json", document)), look=_find_nothing)
    root = workspace.settings.root
    folder = tempfile.mkdtemp(prefix="flyteops-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # files among the outputs are read after this returns
    store = FileStore(Path(folder) / "store")
    request = RunRequest(
        graph=what.graph,
        project=workspace.settings.project,
        root=str(root),
        code_roots=tuple(str(root / each) for each in workspace.settings.code_roots),
        folder=str(Path(folder) / "runs"),
        inputs=what.inputs,
        inline=True,
        grow=Growing(workspace.tree, workspace.sources, domain=workspace.domain),
        scope=_SCOPE,
        secrets=secrets_for(what.graph, program, (_Given(secrets or {}), *workspace.secret_places())),
    )
    result = run_here(request, store=store, clock=system_clock(), ids=system_ids(), watch=lambda _: None)
    if result.phase != "succeeded":
        raise RunFailed(_why(result))
    return Run(execution=result.execution, outputs=_values(result, store, Path(folder)))


def _find_nothing(wanted: Mapping[str, object]) -> dict[str, Any]:
    """A store of a test's own holds no artifact: an input that would be one is to be given."""
    if wanted:
        raise ValueError(f"give the inputs {', '.join(sorted(wanted))}: they would be looked up among artifacts")
    return {}


class _Given:
    """Secrets that a test gives itself: they go before those of the machine."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def way(self, secret: str, source: object) -> str:  # noqa: ARG002 - the port's signature
        """Hand it over."""
        return f"hand it over: secrets={{{secret!r}: …}}"

    def find(self, secret: str, source: object) -> str | None:  # noqa: ARG002
        """The value given."""
        return self._values.get(secret)


def _plain(value: Any) -> Any:
    """What JSON has no form for, as a person would write it in YAML."""
    import dataclasses
    import datetime as dt
    import enum

    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return f"PT{value.total_seconds():f}S"
    if isinstance(value, os.PathLike):
        return os.fspath(Path(value).resolve())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    raise TypeError(f"an input of type {type(value).__name__} is not handed over: write it as plain values")


def _values(result: RunResult, store: Any, folder: Path) -> dict[str, Any]:
    from flyteops.runtime.decoding import decode
    from flyteops.runtime.outside import Outside

    outside = Outside(store, str(folder), scope=_SCOPE)
    return {
        name: decode(document["value"], document["type"], None, open_blob=outside.open)
        for name, document in result.outputs.items()
    }


def _why(result: RunResult) -> str:
    failed = next((node for node in result.nodes if node.error is not None), None)
    if failed is None or failed.error is None:
        return result.error.message if result.error else f"the run {result.phase}"
    told = f"\n{failed.error.traceback}" if failed.error.traceback else ""
    return f"{failed.path}: {failed.error.message}{told}"


__all__ = ["Run", "RunFailed", "context", "run"]

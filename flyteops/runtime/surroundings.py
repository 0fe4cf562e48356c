"""An attempt's own surroundings: its secrets, its checkpoint and deck in the store, its number, its slot."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flyteops.context import Current
from flyteops.model.digest import JsonObject
from flyteops.ports.store import StoreFailed
from flyteops.runtime.checkpoints import StoredCheckpoint
from flyteops.runtime.limits import stop_requested
from flyteops.runtime.masking import masker
from flyteops.runtime.paths import add_code_roots
from flyteops.runtime.session import Session, parsed, scheduled_key
from flyteops.runtime.shapes import items_of
from flyteops.surroundings import Checkpoint, Deck, Secrets

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

CONTEXT_FOLDER = "/run/secrets/flyteops"
"""Where a pod has the secrets of code that asks the context."""


def current_of(session: Session, invocation: JsonObject, item: int | None) -> Current:
    """What `flyteops.context` answers during this attempt."""
    step = str(invocation["step"]) if item is None else f"{invocation['step']}.{item}"
    return Current(
        run=session.run,
        step=str(invocation["step"]),
        attempt=session.attempt,
        workdir=session.folder,
        item=item,
        number=session.number or (lambda: _number(session, step)),
        scheduled_time=lambda: _scheduled(session),
        secrets=secrets_of(session, invocation),
        checkpoint=StoredCheckpoint(session, step) if invocation.get("checkpoint") else _Forgetful(session.folder),
        deck=Deck() if invocation.get("deck") else _Unkept(),
        progress=_now_and_then(session),
        stop=session.stop,
    )


PROGRESS_S = 1.0
"""So far apart is progress told: a loop may say it at every step."""


def _now_and_then(session: Session) -> Callable[[float, str], None]:
    """Hands progress on, but not every word of it; the end always."""
    import time

    last = [float("-inf")]

    def progress(fraction: float, text: str) -> None:
        now = time.monotonic()
        if session.tell is not None and (fraction >= 1 or now - last[0] >= PROGRESS_S):
            last[0] = now
            session.tell(fraction, session.mask(text))

    return progress


# ------------------------------------------------------------------------------------------------ secrets


class GivenSecrets(Secrets):
    """The secrets that the task declares: values that a local run handed over, else what the pod shows."""

    def __init__(self, uses: list[JsonObject], values: dict[str, str] | None, files: dict[str, str]) -> None:
        super().__init__(values if values is not None else _Shown(uses))
        self._uses = uses
        self._files = files

    def path(self, name: str) -> Path:
        """The file that shows the secret."""
        from pathlib import Path

        for use in self._uses:
            if use["secret"] == name and use["kind"] != "variable":
                place = str(use.get("target") or f"{CONTEXT_FOLDER}/{name}")
                return Path(self._files.get(name, place))
        return super().path(name)


class _Shown(dict[str, str]):
    """Values by name, read from the variable or the file when they are asked for."""

    def __init__(self, uses: list[JsonObject]) -> None:
        super().__init__()
        self._uses = {str(use["secret"]): use for use in uses}

    def __contains__(self, name: object) -> bool:
        return name in self._uses

    def __getitem__(self, name: str) -> str:
        use = self._uses[name]
        if use["kind"] == "variable":
            return os.environ[str(use["target"])]
        place = str(use.get("target") or f"{CONTEXT_FOLDER}/{name}")
        with open(place, encoding="utf-8") as file:  # noqa: PTH123
            return file.read()


def secrets_of(session: Session, invocation: JsonObject) -> Secrets:
    """The secrets of the task that this invocation calls."""
    return GivenSecrets(_uses(invocation), session.secrets, session.secret_files)


def values_to_mask(session: Session, invocation: JsonObject) -> list[str]:
    """Every value that the attempt can see; one that cannot be read is none that could be told."""
    if session.secrets is not None:
        return list(session.secrets.values())
    shown, found = _Shown(_uses(invocation)), []
    for use in _uses(invocation):
        try:
            found.append(shown[str(use["secret"])])
        except (KeyError, OSError, ValueError):
            continue
    return found


def hand_over(session: Session, invocation: JsonObject, *, values: dict[str, str], folder: str) -> None:
    """For a run on this machine: the secrets of the task into variables and, below `folder`, into files of its own;
    from here on nothing that we write shows their values."""
    session.mask = masker(values.values())
    session.secrets = values
    for index, use in enumerate(_uses(invocation)):
        value = values[str(use["secret"])]
        if use["kind"] == "variable":
            os.environ[str(use["target"])] = value
            continue
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
        path = os.path.join(folder, f"{session.attempt}-{index}")  # noqa: PTH118
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o400), "w", encoding="utf-8") as file:
            file.write(value)
        session.secret_files[str(use["secret"])] = path


def prepare(session: Session, invocation: JsonObject) -> None:
    """For a pod: import roots, an environment without our own variables, and no value of a secret in what we write."""
    for name in [name for name in os.environ if name.startswith("FLYTEOPS_")]:
        del os.environ[name]
    add_code_roots(session.code)
    session.stop = stop_requested
    session.tell = _say_progress
    if invocation.get("secrets"):
        session.mask = masker(values_to_mask(session, invocation))


def _say_progress(fraction: float, text: str) -> None:
    sys.stderr.write(f"flyteops: {fraction:.0%} {text}".rstrip() + "\n")


def _uses(invocation: JsonObject) -> list[JsonObject]:
    return [each for each in items_of(invocation.get("secrets") or []) if isinstance(each, dict)]


# ------------------------------------------------------------------------------------------------ deck


class _Unkept(Deck):
    """The deck of a task that declares none: it is filled and thrown away, and the log says so once."""

    def add(self, content: object, *, tab: str = "", raw: bool = False) -> None:
        """Takes a piece."""
        if self.empty:
            sys.stderr.write("flyteops: this deck is not kept, since the task does not say deck: true\n")
        super().add(content, tab=tab, raw=raw)


class _Forgetful(Checkpoint):
    """The checkpoint of a task that declares none: it lasts as long as the attempt, and the log says so once."""

    def save(self, what: Any) -> None:
        """Keeps it for this attempt alone."""
        if self.restore() is None:
            text = "flyteops: the next attempt will not see this, since the task does not say checkpoint: true\n"
            sys.stderr.write(text)
        super().save(what)


def deck_key(run: str, step: str, attempt: str) -> str:
    """Where an attempt's page is kept."""
    return f"runs/{run}/{step}/{attempt}/deck.html"


def keep_deck(session: Session, current: Current, step: str) -> None:
    """Stores the page of the attempt, however it ended; best effort, since the result matters more."""
    if current.deck.empty or isinstance(current.deck, _Unkept):
        return
    page = session.mask(current.deck.html(step)).encode("utf-8", "backslashreplace")
    try:
        session.store.create(deck_key(session.run, step, session.attempt), page)
    except StoreFailed as error:
        session.note("deck", f"the deck of {step} could not be kept: {error}")


# ------------------------------------------------------------------------------------------- number, slot


def _number(session: Session, step: str) -> int:
    """One more than the attempts of the step that have failed before."""
    prefix = f"runs/{session.run}/{step}/"
    failed = {key for key in session.store.list(prefix) if key.endswith("/error.json")}
    return len(failed - {session.error_key(step)}) + 1


def _scheduled(session: Session) -> datetime | None:
    found = parsed(session.store.get(scheduled_key(session.run)) or b"")
    time = found.get("time") if found else None
    from datetime import datetime

    return datetime.fromisoformat(time) if isinstance(time, str) else None

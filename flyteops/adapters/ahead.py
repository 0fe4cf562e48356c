"""Something computed beside what the main thread does: worth it where it mostly waits for another process."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Ahead(Generic[Made]):
    """Begins at once; a process that ends meanwhile does not wait for it."""

    def __init__(self, compute: Callable[[], Made]) -> None:
        self._compute = compute
        self._made: list[Made] = []
        self._failed: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._made.append(self._compute())
        except BaseException as failed:  # noqa: BLE001 - told to whoever asks for the result
            self._failed = failed

    def result(self) -> Made:
        """What was computed, or what it raised."""
        self._thread.join()
        if self._failed is not None:
            raise self._failed
        return self._made[0]

"""The only three families of errors the program raises on purpose; anything else is a bug of ours (exit 70)."""

from __future__ import annotations

from flyteops.model.diagnostics import Diagnostic, in_order


class InvalidProject(Exception):
    """What the user wrote is wrong (exit 4). Carries every fault found, in order."""

    def __init__(self, diagnostics: list[Diagnostic] | tuple[Diagnostic, ...]) -> None:
        self.diagnostics = in_order(list(diagnostics))
        super().__init__(f"{len(self.diagnostics)} diagnostics")


class Refused(Exception):
    """A safety rule forbids it (exit 5): the rule's code, what it protects, and the way out."""

    def __init__(self, code: str, message: str, *, protects: str, way_out: str) -> None:
        self.code = code
        self.message = message
        self.protects = protects
        self.way_out = way_out
        super().__init__(f"{code}: {message}")


class OutsideFailed(Exception):
    """Something outside the program failed (exit 1): which service, what it said, whether a retry may help."""

    def __init__(self, service: str, message: str, *, retryable: bool, way_out: str = "") -> None:
        self.service = service
        self.message = message
        self.retryable = retryable
        self.way_out = way_out
        super().__init__(f"{service}: {message}")

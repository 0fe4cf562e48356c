"""The faults of one compilation as they are found, and the nearest of known names. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable

from flyteops.model.diagnostics import Diagnostic, Place, Related, Severity
from flyteops.source import suggest


class Faults:
    """Gathers diagnostics; the stages go on after a fault, so that all are told at once."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []

    def add(
        self,
        code: str,
        message: str,
        *,
        at: Place | None,
        label: str = "",
        help: str = "",  # noqa: A002  # the word of Diagnostic
        related: tuple[Related, ...] = (),
    ) -> None:
        """Notes an error."""
        self.found.append(
            Diagnostic(code=code, message=message, place=at, label=label, help=help, related=related),
        )

    def warn(self, code: str, message: str, *, at: Place | None, label: str = "", way_out: str = "") -> None:
        """Notes a warning, which refuses nothing."""
        self.found.append(
            Diagnostic(code=code, message=message, place=at, label=label, help=way_out, severity=Severity.WARNING),
        )

    def has_errors(self) -> bool:
        """Whether anything but warnings was found."""
        return any(found.severity is Severity.ERROR for found in self.found)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one, when any is."""
    close = suggest.nearest(name, sorted(known), most=1)
    return close[0] if close else None


def suggestion(name: str, known: Iterable[str], *, kinds: str) -> str:
    """Help for an unknown name: the nearest one, else all when they are few."""
    names = sorted(known)
    close = nearest(name, names)
    if close is not None:
        return f"did you mean {close}?"
    if not names:
        return f"there are no {kinds}"
    shown = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return f"{kinds}: {shown}"

"""What is wrong, where, and the way out: the values every fault of a project is told with."""

from __future__ import annotations

from enum import StrEnum

from flyteops.model.frozen import frozen


class Severity(StrEnum):
    """How much a diagnostic weighs: an error refuses the project, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@frozen
class Place:
    """A range in a file: 1-based lines and columns in code points; `end_column` is exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@frozen
class Related:
    """A second place that helps to understand the first."""

    place: Place
    label: str


@frozen
class Diagnostic:
    """One fault: a permanent code, a message, its place, what to write under the caret, and the way out."""

    code: str
    message: str
    place: Place | None
    label: str = ""
    help: str = ""
    severity: Severity = Severity.ERROR
    related: tuple[Related, ...] = ()

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Sort key: path, line, column, code, then the message so that the order never depends on chance."""
        place = self.place
        where = (place.path, place.line, place.column) if place else ("", 0, 0)
        return (*where, self.code, self.message)


def in_order(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Diagnostics as they are told: by path, line, column and code, each one once."""
    return tuple(sorted(dict.fromkeys(diagnostics), key=lambda found: found.order))

"""Faults and notes gathered while objects are made, so that all of them are told at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.program import Program

CLOSED_TAG = "{{"


def origin(program: Program, address: str, field_path: str = "") -> Place | None:
    """Where the field was written, else the nearest field around it, else the entity."""
    path = f"{address}.{field_path}" if field_path else address
    while path:
        if path in program.origins:
            return program.origins[path]
        if path == address:
            return None
        path = path.rpartition(".")[0]
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Collects diagnostics, and notes that refuse nothing. `address` is the object being made."""

    program: Program
    address: str
    diagnostics: list[Diagnostic] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)

    def refuse(self, code: str, message: str, *, at: tuple[str, str], label: str, way_out: str) -> None:
        """A fault at `(address, field path)`."""
        place = origin(self.program, *at)
        self.diagnostics.append(Diagnostic(code=code, message=message, place=place, label=label, help=way_out))

    def note(self, text: str) -> None:
        """Something that holds for this object and is weaker than what was written."""
        self.notes[text] = None

    def plain(self, text: str, *, at: tuple[str, str], what: str) -> str:
        """The text, refused when the engine would read it as one of its own expressions or cannot carry it."""
        if CLOSED_TAG in text:
            self.refuse(
                "FO804",
                f'{what} holds "{CLOSED_TAG}", which the engine would replace',
                at=at,
                label="two braces begin an expression of Argo Workflows",
                way_out="Leave the braces out, or hand the text over as an input: inputs are never read by the engine.",
            )
        return self.carried(text, at=at, what=what)

    def carried(self, text: str, *, at: tuple[str, str], what: str) -> str:
        """The text of a place that the engine never reads, refused when Kubernetes cannot carry it."""
        if all(character >= " " or character in "\t\n" for character in text) and _encodable(text):
            return text
        self.refuse(
            "FO804",
            f"{what} holds a character that Kubernetes does not carry",
            at=at,
            label="control character",
            way_out="Remove it.",
        )
        return ""


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True

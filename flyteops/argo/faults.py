"""Faults and notes gathered while objects are made, so that all of them are told at once."""

from __future__ import annotations

import re
from dataclasses import field

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.frozen import frozen
from flyteops.model.program import Program

_OBJECT = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
CLOSED_TAG = "{{"
OWNED_PREFIXES = (".argoproj.io", ".kubernetes.io", ".k8s.io", ".istio.io", ".linkerd.io", ".hashicorp.com")
"""Prefixes whose labels and annotations change how a pod is run or what is put into it."""


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


@frozen
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

    def object_name(self, text: str, *, at: tuple[str, str], what: str) -> str:
        """The name of an object of Kubernetes."""
        if len(text) > 253 or not _OBJECT.fullmatch(text) or (what == "namespace" and (len(text) > 63 or "." in text)):
            self.refuse(
                "FO809",
                f'the {what} "{text}" is not a name that Kubernetes takes',
                at=at,
                label="small letters, digits and dashes",
                way_out="Write it with small letters, digits and dashes, no dash at either end.",
            )
        return text

    def key(self, text: str, *, at: tuple[str, str], what: str) -> str:
        """The key of a label or an annotation, refused when its prefix steers the engine or injects containers."""
        prefix, slash, _ = text.rpartition("/")
        if slash and prefix != "app.kubernetes.io" and f".{prefix}".endswith(OWNED_PREFIXES):
            self.refuse(
                "FO808",
                f'the key "{text}" of {what} belongs to the engine or to what runs beside it',
                at=at,
                label=f"{prefix} is not yours",
                way_out="Choose a prefix of your own, such as acme.com/.",
            )
        return self.plain(text, at=at, what=f"a key of {what}")


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True

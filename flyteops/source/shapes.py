"""The forms a value of the language may have: what the field tables are written in, and the schema is made from."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import field
from typing import Literal as OneOf
from typing import Union

from flyteops.model.frozen import frozen

TextRule = OneOf[
    "any",
    "entity",
    "task",
    "node",
    "identifier",
    "function",
    "env_name",
    "label_key",
    "selector_key",
    "label_value",
    "annotation_key",
    "annotation_value",
    "service_account",
    "image",
    "image_reference",
    "image_repository",
    "reference",
    "path",
    "prefix",
    "email",
    "server",
    "url",
    "repository",
    "classes",
    "secret_key",
    "secret_target",
    "reference_of_workflow",
    "github_environment",
    "filled",
]


@frozen
class Text:
    """The text of any scalar but null, under a rule of its own."""

    rule: TextRule = "any"


@frozen
class Words:
    """One of some words."""

    words: tuple[str, ...]


@frozen
class Number:
    """A number within bounds, both inclusive."""

    whole: bool = True
    least: int = 0
    most: int | None = None


@frozen
class Flag:
    """`true` or `false`."""


@frozen
class Duration:
    """A limit of time: above 0, at most 366 d."""


@frozen
class Quantity:
    """A Kubernetes quantity above zero, of cpu or of bytes."""

    of_bytes: bool = True


@frozen
class AnyValue:
    """A literal, a reference, or a list or map of them: its type decides, and that is another room's business."""


@frozen
class ListOf:
    """A list."""

    item: Shape
    least: int = 0


@frozen
class MapOf:
    """A map whose keys the user chooses, under a rule; `what` names an entry in messages."""

    value: Shape
    key: TextRule = "any"
    what: str = "entry"
    unlike: bool = False
    """Refuses keys that differ only in case, or in - against _."""


@frozen
class Either:
    """One form for each way to write a value: as text, as a list, as a map. What is None is not allowed."""

    scalar: Shape | None = None
    sequence: Shape | None = None
    mapping: Shape | None = None
    named: bool = False
    """A list stands for a map of workflow inputs of the same names: `[a]` is `{a: $inputs.a}`."""
    single: str = ""
    """Text stands for a map with this one key."""


@frozen
class Field:
    """One key of a table. `refused` says why a key that others know is never taken."""

    shape: Shape
    description: str
    example: str = ""
    refused: str = ""


@frozen
class Table:
    """A map with known keys."""

    what: str
    """What it is, in messages: `task`, `node`."""
    fields: Map[str, Field]
    short: str = ""
    """Text stands for a map with this key: `retries: 3` is `{limit: 3}`."""
    switch: bool = False
    """`true` stands for the empty map; `false` stays and says off."""
    kinds: tuple[str, ...] = ()
    """Exactly one of these keys; that none is there is told only where nothing is merged in."""
    only: Map[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys that belong to some kinds only."""
    apart: tuple[tuple[str, str], ...] = ()
    """Pairs of keys that exclude one another."""
    required: tuple[str, ...] = ()
    """Keys that must be there always."""
    layered: bool = False
    """What is required may stand in another layer: told only where nothing is merged in."""
    needs: Map[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys that a kind needs; told only where nothing is merged in."""
    foreign: Map[str, str] = field(default_factory=dict)
    """What a user of Flyte, Argo or Kubernetes would write, and the way it is said here."""


Shape = Union[Text, Words, Number, Flag, Duration, Quantity, AnyValue, ListOf, MapOf, Either, Table]

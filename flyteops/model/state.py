"""What the registry holds: records, pointers, revisions, and one consistent snapshot of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Literal as OneOf
from typing import Protocol

from flyteops.model.digest import JsonObject
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId
from flyteops.model.referring import Referrer


class Texts(Protocol):
    """Where the JSON texts of records are."""

    def of(self, digest: str) -> str:
        """The text of one; it is what its digest says."""


class EntityRecord:
    """An immutable version of an entity: its digest and its wire form. The form may be given as the JSON text of it,
    which is a fifth of the size, or as the place to get that from, when somebody asks: a plan looks into what
    differs, not into ten thousand."""

    __slots__ = ("_payload", "_text", "digest")

    def __init__(self, *, digest: str, payload: JsonObject | None = None, text: str | bytes | Texts = b"") -> None:
        self.digest = digest
        self._payload = payload
        self._text = text

    @property
    def payload(self) -> JsonObject:
        """The wire form."""
        if self._payload is not None:
            return self._payload
        text = self._text if isinstance(self._text, str | bytes) else self._text.of(self.digest)
        content: JsonObject = json.loads(text)
        return content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EntityRecord) and self.digest == other.digest and self.payload == other.payload

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"EntityRecord(digest={self.digest!r}, payload={self.payload!r})"


@frozen
class Revision:
    """One apply: the generation it made, of which commit and plan, by whom, when (milliseconds since 1970, UTC)."""

    generation: int
    commit: str
    dirty: bool
    plan_digest: str
    actor: str
    tool: str
    created_ms: int


@frozen
class Snapshot:
    """The registry's content for one project and domain at one generation (0: nothing was applied yet).

    `lineage` names the registry for life; it is empty when there is no registry yet. `entities` are what the
    pointers name: retired ones are not among them.
    """

    lineage: str
    project: str
    domain: str
    generation: int
    entities: Mapping[EntityId, EntityRecord] = field(default_factory=dict)
    revision: Revision | None = None
    referrers: tuple[Referrer, ...] = ()
    """Tasks of other projects and domains in this registry that stand for tasks of this one, sorted."""


JournalState = OneOf["intent", "applied", "confirmed"]


@frozen
class Fence:
    """The right to write: every write transaction first touches the lease row with this holder and epoch."""

    holder: str
    epoch: int
    name: str


@frozen
class PointerChange:
    """Where a name shall point after an apply: a record, or nothing (retired)."""

    entity: EntityId
    record: EntityRecord | None
    action: OneOf["create", "update", "retire", "move"]
    previous: EntityId | None = None


@frozen
class ObjectRef:
    """An object of a cluster by name; `namespace` is empty for what has none."""

    api_version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.namespace}/{self.name}" if self.namespace else f"{self.kind}/{self.name}"


@frozen
class ObjectRecord:
    """An object that this registry owns in a cluster: which one (`uid`), with which body (`digest` of the emitted
    body), emitted for which entity. What has no record is not ours and is never changed or deleted."""

    ref: ObjectRef
    digest: str
    uid: str
    address: str


@frozen
class Effect:
    """An outside action that was decided: make the object so (`apply`, with the digest of the wanted body), or take
    it away (`delete`, of exactly the object with `uid`). `step` orders the effects of one operation."""

    step: int
    action: OneOf["apply", "delete"]
    ref: ObjectRef
    address: str
    digest: str = ""
    uid: str = ""


@frozen
class Misfit:
    """Something in a registry that is not what its digest or its seal says: where, and what is wrong."""

    where: str
    message: str


@frozen
class Garbage:
    """Something in a registry that no pointer and no kept revision needs."""

    what: str
    digest: str
    size_bytes: int


@frozen
class PastApply:
    """One revision, and how many pointers it created, updated, moved and retired."""

    revision: Revision
    counts: Mapping[str, int]

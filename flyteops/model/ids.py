"""Who a thing is: kinds, names, addresses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of entity that have an address."""

    TASK = "task"
    WORKFLOW = "workflow"
    LAUNCH_PLAN = "launch_plan"


@dataclass(frozen=True, slots=True, order=True)
class EntityId:
    """An entity within its project and domain; its text is the address `kind/name`."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


def entity_id(address: str) -> EntityId | None:
    """The id of an address such as `task/prep`, or None when it is not of that form."""
    kind, slash, name = address.partition("/")
    if not slash or not name or kind not in list(Kind):
        return None
    return EntityId(Kind(kind), name)

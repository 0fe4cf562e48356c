"""Who a thing is: kinds, names, addresses."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """The kinds of entity that have an address."""

    TASK = "task"
    WORKFLOW = "workflow"
    LAUNCH_PLAN = "launch_plan"
    ARTIFACT = "artifact"
    WORKSPACE = "workspace"
    ROLE = "role"
    POLICY = "policy"
    QUOTA = "quota"


SECTIONS: dict[Kind, str] = {kind: f"{kind}s" for kind in Kind if kind is not Kind.POLICY} | {Kind.POLICY: "policies"}
"""The section of a declaration file that holds a kind."""
RUNNABLE = (Kind.TASK, Kind.WORKFLOW, Kind.LAUNCH_PLAN)
"""The kinds that a run can be of."""


class EntityId(NamedTuple):
    """An entity within its project and domain; its text is the address `kind/name`. A tuple, for it is the key of
    most maps: it is hashed and compared without a line of Python."""

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

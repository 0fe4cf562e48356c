"""Entities that no run is made of: what a project says of its surroundings, as checked fields under a name."""

from __future__ import annotations

from flyteops.model.digest import JsonObject
from flyteops.model.frozen import frozen
from flyteops.model.ids import Kind


@frozen
class Declaration:
    """A workspace, role, policy or quota: its wire form is what its fields were checked to be, and nothing else."""

    kind: Kind
    name: str
    fields: JsonObject


INERT: dict[Kind, str] = {
    Kind.WORKSPACE: "declared, checked and kept; no command starts a workspace yet",
    Kind.ROLE: "declared, checked and kept; nothing in a cluster grants it yet",
    Kind.POLICY: "declared, checked and kept; nothing in a cluster binds it yet",
    Kind.QUOTA: "declared, checked and kept; nothing in a cluster enforces it yet",
}
"""What an entity that nothing acts on yet is told to be, whenever it is shown or planned."""


def declaration_wire(declaration: Declaration) -> JsonObject:
    """The fields under the name."""
    return {"name": declaration.name, **declaration.fields}

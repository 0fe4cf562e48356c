"""Tasks that stand for a task of another project or domain: what a registry that several share knows of its users."""

from __future__ import annotations

from collections.abc import Mapping

from flyteops.model.digest import Json
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId, Kind


@frozen
class Referrer:
    """A task elsewhere that stands for `target` of ours; `inputs` and `outputs` are what it declares of it."""

    project: str
    domain: str
    entity: EntityId
    target: EntityId
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.project}/{self.domain}/{self.entity}"


def referred_place(payload: Mapping[str, Json]) -> tuple[str, str] | None:
    """The project and domain that a stored task points into; None when it is its own work."""
    ref = payload.get("ref")
    return (str(ref["project"]), str(ref["domain"])) if isinstance(ref, Mapping) else None


def referrer_of(project: str, domain: str, name: str, payload: Mapping[str, Json]) -> Referrer | None:
    """The stored task `name` of a project and domain as a user of what it points at."""
    ref = payload.get("ref")
    if not isinstance(ref, Mapping):
        return None
    interface = payload.get("interface")
    sides = interface if isinstance(interface, Mapping) else {}
    return Referrer(
        project=project,
        domain=domain,
        entity=EntityId(Kind.TASK, name),
        target=EntityId(Kind.TASK, str(ref["task"])),
        inputs=_names(sides.get("inputs")),
        outputs=_names(sides.get("outputs")),
    )


def _names(variables: Json) -> tuple[str, ...]:
    pairs = variables if isinstance(variables, list | tuple) else ()
    return tuple(str(pair[0]) for pair in pairs if isinstance(pair, list | tuple) and pair)

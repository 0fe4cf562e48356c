"""Changes, revisions, a clock and ids for tests of registries."""

from __future__ import annotations

from flyteops.model.digest import JsonObject, digest_of
from flyteops.model.ids import EntityId, Kind
from flyteops.model.state import Effect, EntityRecord, ObjectRef, PointerChange, Revision

LEASE_MS = 30_000


class SetClock:
    """Stands where it is put."""

    def __init__(self, now_ms: int = 1_770_000_000_000) -> None:
        self.ms = now_ms

    def now_ms(self) -> int:
        return self.ms

    def monotonic_s(self) -> float:
        return self.ms / 1000


class CountedIds:
    """id00000000000000000001 and so on."""

    def __init__(self) -> None:
        self.given = 0

    def fresh(self) -> str:
        self.given += 1
        return f"i{self.given:019}"


def record(name: str, *, text: str = "") -> EntityRecord:
    payload: JsonObject = {"name": name, "description": text, "ä": [1, 2.5, None]}
    return EntityRecord(digest=digest_of("flyteops.task.v1", payload), payload=payload)


def stand_in(name: str, *, project: str, domain: str, of: str) -> PointerChange:
    """A task that stands for one of another project or domain."""
    payload: JsonObject = {
        "name": name,
        "ref": {"project": project, "domain": domain, "task": of, "version": "active"},
        "interface": {"inputs": [["text", {"type": "str"}]], "outputs": [["o0", {"type": "int"}]]},
    }
    found = EntityRecord(digest=digest_of("flyteops.task.v1", payload), payload=payload)
    return PointerChange(entity=task(name), record=found, action="create")


def task(name: str) -> EntityId:
    return EntityId(Kind.TASK, name)


def create(name: str, *, text: str = "") -> PointerChange:
    return PointerChange(entity=task(name), record=record(name, text=text), action="create")


def update(name: str, *, text: str) -> PointerChange:
    return PointerChange(entity=task(name), record=record(name, text=text), action="update")


def retire(name: str) -> PointerChange:
    return PointerChange(entity=task(name), record=None, action="retire")


def move(source: str, target: str) -> PointerChange:
    return PointerChange(entity=task(target), record=record(target), action="move", previous=task(source))


def revision(commit: str = "c" * 40, *, actor: str = "ann") -> Revision:
    return Revision(
        generation=0, commit=commit, dirty=False, plan_digest="p" * 64, actor=actor, tool="flyteops 0.1.0", created_ms=5
    )


def job(name: str) -> ObjectRef:
    return ObjectRef(api_version="batch/v1", kind="Job", namespace="dev", name=name)


def make(name: str, *, step: int = 0, digest: str = "d") -> Effect:
    return Effect(step=step, action="apply", ref=job(name), address=f"task/{name}", digest=digest)


def take_away(name: str, *, uid: str, step: int = 0) -> Effect:
    return Effect(step=step, action="delete", ref=job(name), address=f"task/{name}", uid=uid)

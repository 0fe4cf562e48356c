"""The blast radius of a change: who runs an entity, which schedules start it, and at which version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from flyteops.model.digest import digest_of
from flyteops.model.entities import LaunchPlan
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId, Kind
from flyteops.model.plan import Action, ChangeEffect, Reach, ScheduledVersion
from flyteops.model.program import Program
from flyteops.model.referring import Referrer
from flyteops.model.state import Snapshot
from flyteops.plan.runs import callee, callees_of
from flyteops.plan.stored import called_by

_STARTS = (Kind.WORKFLOW, Kind.LAUNCH_PLAN, Kind.ARTIFACT)
"""What somebody may start, or what the next run gives; all else takes effect through its callers or not at all."""
Callees = Callable[[EntityId], Iterable[EntityId]]


@dataclass(slots=True, kw_only=True)
class Calls:
    """One side of a plan as a graph of calls; looked at on demand, since most plans touch little of it."""

    digests: Mapping[EntityId, str]
    scheduled: frozenset[EntityId]
    """Launch plans that a clock starts."""
    callees: Callees
    _callers: dict[EntityId, list[EntityId]] | None = None
    _versions: dict[EntityId, str] = field(default_factory=dict)

    def callers(self, entity: EntityId) -> list[EntityId]:
        """Who calls the entity itself."""
        if self._callers is None:
            self._callers = {}
            for caller in self.digests:
                for callee in self.callees(caller):
                    self._callers.setdefault(callee, []).append(caller)
        return self._callers.get(entity, [])

    def above(self, entity: EntityId) -> Reach:
        """All that runs the entity, through any number of calls."""
        found: set[EntityId] = set()
        waiting = [entity]
        while waiting:
            fresh = [each for each in self.callers(waiting.pop()) if each not in found]
            found.update(fresh)
            waiting.extend(fresh)
        return Reach(workflows=_addresses(found, Kind.WORKFLOW), launch_plans=_addresses(found, Kind.LAUNCH_PLAN))

    def version(self, plan: EntityId) -> str | None:
        """A digest of the launch plan and all that it reaches; None when no clock starts it."""
        if plan not in self.scheduled:
            return None
        if plan not in self._versions:
            found = {plan}
            waiting = [plan]
            while waiting:
                fresh = [each for each in self.callees(waiting.pop()) if each not in found]
                found.update(fresh)
                waiting.extend(fresh)
            reached = [f"{each}@{self.digests.get(each, '')}" for each in sorted(found)]
            self._versions[plan] = digest_of("flyteops.plan.version.v1", reached)
        return self._versions[plan]


def _addresses(found: Iterable[EntityId], kind: Kind) -> tuple[str, ...]:
    return tuple(sorted(str(each) for each in found if each.kind is kind))


def calls_of_program(program: Program, digests: Mapping[EntityId, str]) -> Calls:
    """The side of the tree."""
    plans = program.launch_plans

    def callees(entity: EntityId) -> Iterable[EntityId]:
        match entity.kind:
            case Kind.WORKFLOW if entity.name in program.workflows:
                return callees_of(program.workflows[entity.name], plans)
            case Kind.LAUNCH_PLAN if entity.name in plans:
                return (EntityId(Kind.WORKFLOW, plans[entity.name].workflow),)
            case Kind.ARTIFACT if entity.name in program.artifacts:
                return (EntityId(Kind.WORKFLOW, program.artifacts[entity.name].workflow),)
            case _:  # what is unchanged and left out calls nothing that is not
                return ()

    scheduled = frozenset(EntityId(Kind.LAUNCH_PLAN, name) for name, plan in plans.items() if _starts(plan))
    return Calls(digests=digests, scheduled=scheduled, callees=callees)


def _starts(plan: LaunchPlan) -> bool:
    return plan.active and plan.schedule is not None


def calls_of_snapshot(snapshot: Snapshot) -> Calls:
    """The side of the registry."""
    entities = snapshot.entities
    declared = {each.name for each in entities if each.kind is Kind.LAUNCH_PLAN}

    def callees(entity: EntityId) -> Iterable[EntityId]:
        record = entities.get(entity)
        if record is None or entity.kind is Kind.TASK:
            return ()
        if entity.kind is Kind.LAUNCH_PLAN:
            return (EntityId(Kind.WORKFLOW, str(record.payload["workflow"])),)
        return {callee(kind, name, declared) for kind, name in called_by(record.payload)}

    scheduled = frozenset(
        entity
        for entity, record in entities.items()
        if entity.kind is Kind.LAUNCH_PLAN and record.payload.get("schedule") and record.payload.get("active", True)
    )
    return Calls(
        digests={each: record.digest for each, record in entities.items()}, scheduled=scheduled, callees=callees
    )


@frozen
class Touch:
    """Says of each change what it reaches and when it takes effect."""

    new: Calls
    old: Calls
    sources: Mapping[EntityId, EntityId]
    """The former name of each entity that moves."""
    referrers: tuple[Referrer, ...] = ()

    def _elsewhere(self, entity: EntityId) -> tuple[str, ...]:
        known = self.sources.get(entity, entity)
        return tuple(str(each) for each in self.referrers if each.target == known)

    def of(self, entity: EntityId, action: Action) -> tuple[Reach, ChangeEffect]:
        """The blast radius and the effect. What is new is reached by nothing that does not change with it."""
        if action == "retire":
            reach = replace(self.old.above(entity), elsewhere=self._elsewhere(entity))
            return reach, ChangeEffect(when="stops", schedules=self._schedules(entity, ()))
        if action == "create":
            used = entity.kind in _STARTS or bool(self.new.callers(entity))
            schedules = self._schedules(entity, ())
            return Reach(), ChangeEffect(when="next_run" if used else "not_run", schedules=schedules)
        reach = replace(self.new.above(entity), elsewhere=self._elsewhere(entity))
        used = entity.kind in _STARTS or bool(reach.workflows)
        schedules = self._schedules(entity, reach.launch_plans)
        return reach, ChangeEffect(when="next_run" if used else "not_run", schedules=schedules)

    def _schedules(self, entity: EntityId, launch_plans: tuple[str, ...]) -> tuple[ScheduledVersion, ...]:
        plans = [EntityId(Kind.LAUNCH_PLAN, each.partition("/")[2]) for each in launch_plans]
        if entity.kind is Kind.LAUNCH_PLAN:
            plans.append(entity)
        found = []
        for plan in plans:
            version, before = self.new.version(plan), self.old.version(self.sources.get(plan, plan))
            if version is not None or before is not None:
                found.append(ScheduledVersion(launch_plan=str(plan), version=version, previous_version=before))
        return tuple(found)

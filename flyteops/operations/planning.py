"""Plan: program against snapshot. Reads only; runs no user code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from flyteops.model.digest import sha256_hex
from flyteops.model.errors import Refused
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId
from flyteops.model.locking import LOCK_FILE
from flyteops.model.plan import Deltas, Plan, PlanContext, Timing, TreeIdentity
from flyteops.model.program import Program
from flyteops.model.state import EntityRecord, Snapshot
from flyteops.model.wire import record_of
from flyteops.operations.partly import Partial, load_partly
from flyteops.operations.sources import SETTINGS_FILE, Sources, declaration_paths, load_program
from flyteops.operations.surveying import LEAST
from flyteops.plan import Verdict, make_plan, without_lineage
from flyteops.plan.upcoming import upcoming_of
from flyteops.ports.parse_cache import ParseCache
from flyteops.ports.registry import Snapshots
from flyteops.ports.trees import Tree

NOTHING: Mapping[str, str] = MappingProxyType({})


@frozen
class Planned:
    """A plan with what it was made of."""

    plan: Plan
    program: Program
    snapshot: Snapshot


def make(
    tree: Tree,
    sources: Sources,
    *,
    domain: str,
    registry: Snapshots,
    cache: ParseCache | None = None,
    cluster: str = "",
    least: int = LEAST,
) -> Planned:
    """The plan of a tree against the registry, for one domain. With a cache, and no fewer files than `least`, the
    program may be a part only: what changed, and all that it touches and needs. `cluster` is where its objects go."""
    found = load_partly(tree, sources, domain=domain, registry=registry, cache=cache, least=least) if cache else None
    if isinstance(found, Partial):
        plan = make_plan(
            found.program,
            found.snapshot,
            tree=identify(tree, sources, known=found.digests),
            unchanged=found.unchanged,
            records=found.records,
            cluster=cluster,
        )
        return Planned(plan=plan, program=found.program, snapshot=found.snapshot)
    program = load_program(tree, sources, domain=domain)
    snapshot = found or registry.snapshot(domain)
    plan = make_plan(program, snapshot, tree=identify(tree, sources), cluster=cluster)
    return Planned(plan=plan, program=program, snapshot=snapshot)


def identify(tree: Tree, sources: Sources, *, known: Mapping[str, str] = NOTHING) -> TreeIdentity:
    """Which tree it is: its commit, the digest of the declarations and settings, and what is uncommitted.

    User code enters through the digests of tasks, so that it need not be read twice; `known` are digests of files.
    """
    paths = [SETTINGS_FILE, *declaration_paths(tree, sources.declarations)]
    if tree.read(LOCK_FILE) is not None:
        paths.append(LOCK_FILE)
    digests = {**known, **tree.digests(path for path in paths if path not in known)}
    lines = [f"{digests.get(path) or sha256_hex(b'')} {path}\n" for path in paths]
    return TreeIdentity(
        commit=tree.commit,
        files_digest=sha256_hex("".join(lines).encode("utf-8")),
        uncommitted=tree.uncommitted(),
    )


def deltas_of(planned: Planned, base: Tree, base_sources: Sources) -> Deltas:
    """The plan as two: from the base commit to the planned tree, and from the registry to the base commit."""
    domain, snapshot = planned.plan.domain, planned.snapshot
    program = load_program(base, base_sources, domain=domain)
    pending = make_plan(program, snapshot, tree=identify(base, base_sources))
    as_applied = replace(snapshot, entities=records_of(program), revision=None)
    change = make_plan(planned.program, as_applied, tree=planned.plan.tree)
    return Deltas(against=base.commit or "", change=change, pending=pending)


def records_of(program: Program) -> dict[EntityId, EntityRecord]:
    """What a registry would hold after an apply of the program."""
    return {entity: record_of(value) for entity, value in program.entities()}


def context_of(
    planned: Planned,
    *,
    now_ms: int,
    deltas: Deltas | None = None,
    verdict: Verdict | None = None,
    unfinished_runs: Mapping[str, int] | None = None,
    timings: Mapping[str, Timing] | None = None,
) -> PlanContext:
    """What is told beside the plan at a moment: next firings, consents, rules that would refuse it."""
    now = dt.datetime.fromtimestamp(now_ms / 1000, dt.UTC)
    return PlanContext(
        upcoming=upcoming_of(planned.plan, planned.program, planned.snapshot, now=now),
        deltas=deltas,
        consents=verdict.consents if verdict else (),
        refusals=verdict.told if verdict else (),
        unfinished_runs=unfinished_runs,
        timings=timings or {},
    )


def require_same(saved: Plan, saved_tool: str, planned: Planned, *, tool: str) -> None:
    """Raises Refused (FO723) unless the plan made now, of the same commit, is the saved one. What the file says is
    never carried out: it is only compared."""
    plan, revision = planned.plan, planned.snapshot.revision
    if revision is not None and revision.plan_digest == saved.digest and not plan.changes:
        return  # it was applied, and the answer was lost: the same command once more finds nothing to do
    if plan.generation == 0 and not saved.lineage and plan.lineage:
        plan = without_lineage(plan)  # an apply that was killed had made the registry and nothing in it
    if saved.digest == plan.digest and saved_tool == tool:
        return
    raise Refused(
        "FO723",
        "the saved plan is out of date: " + ("; ".join(_differences(saved, saved_tool, plan, tool)) or "it differs"),
        protects="what is applied is exactly what was reviewed",
        way_out="plan again with --out, have the new plan reviewed, and apply that file",
    )


def _differences(saved: Plan, saved_tool: str, plan: Plan, tool: str) -> list[str]:
    """What no longer fits, outermost first."""
    told = [
        ("project", saved.project, plan.project),
        ("domain", saved.domain, plan.domain),
        ("cluster", saved.cluster or "none", plan.cluster or "none"),
        ("registry", saved.lineage or "none yet", plan.lineage or "none yet"),
        ("generation", str(saved.generation), str(plan.generation)),
        ("commit", (saved.tree.commit or "none")[:12], (plan.tree.commit or "none")[:12]),
        ("tool", saved_tool, tool),
    ]
    found = [f"{what} {before} then, {now} now" for what, before, now in told if before != now]
    if saved.tree.uncommitted != plan.tree.uncommitted or saved.tree.files_digest != plan.tree.files_digest:
        found.append("the files of the tree differ")
    if not found and saved.digest != plan.digest:
        found.append("the same files give other changes")
    return found

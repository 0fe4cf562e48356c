"""Guards: the rules that refuse a plan before anything is written. What git says of history comes in as a word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal as OneOf

from flyteops.model.errors import Refused
from flyteops.model.frozen import frozen
from flyteops.model.plan import Consent, ConsentState, Plan, Refusal
from flyteops.model.state import Snapshot
from flyteops.plan.consents import CONSENT_FILE, consent_refusal, consents_of, lifted

History = OneOf["ahead", "behind", "apart", "unrelated", "unknown", "shallow"]
"""Where the planned commit stands to the applied one: `behind` is an ancestor of it, `apart` has a part of its own and
lacks the applied one, `unrelated` shares nothing with it; `unknown` and `shallow` (a clone without its
history) cannot be told."""
DEFAULT_PRUNE_LIMIT = 0.2
"""The share of a protected domain that one apply may retire, where the settings say nothing."""


@frozen
class Rules:
    """What a domain demands of a plan, and what the tree says to it."""

    prune_limit: float | None = None
    """A share between 0 and 1 of the applied entities."""
    consent: tuple[str, ...] = ()
    """Classes of change that need consent: `breaking`, `retire`."""
    history: History = "ahead"
    entries: tuple[Consent, ...] = ()
    spent: frozenset[tuple[str, str, str, str | None]] = frozenset()
    today: dt.date = dt.date.min
    linear: bool = False
    """Whether every apply has to contain the one before it."""


@frozen
class Verdict:
    """The consents that a plan needs or has, and every rule that forbids it."""

    consents: tuple[ConsentState, ...]
    refusals: tuple[Refused, ...]

    @property
    def told(self) -> tuple[Refusal, ...]:
        """The refusals as values to show beside a plan."""
        return tuple(
            Refusal(rule=each.code, message=each.message, protects=each.protects, way_out=each.way_out)
            for each in self.refusals
        )


def judge(plan: Plan, snapshot: Snapshot, rules: Rules) -> Verdict:
    """What the rules of a domain say to a plan; a plan that changes nothing breaks none."""
    if not plan.changes:
        return Verdict(consents=(), refusals=tuple(_foreign(plan, snapshot)))
    guards = refusals(plan, snapshot, prune_limit=rules.prune_limit, history=rules.history, linear=rules.linear)
    consents = consents_of(
        plan, rules.consent, entries=rules.entries, spent=rules.spent, today=rules.today, guards=guards
    )
    permitted = lifted(consents)
    forbidden = [each for each in guards if each.code not in permitted]
    lacking = consent_refusal(plan, consents)
    return Verdict(consents=consents, refusals=(*forbidden, *([lacking] if lacking else [])))


def refusals(
    plan: Plan,
    snapshot: Snapshot,
    *,
    prune_limit: float | None = None,
    history: History = "ahead",
    linear: bool = False,
) -> tuple[Refused, ...]:
    """Every guard that forbids the plan, consent apart."""
    return (
        *_foreign(plan, snapshot),
        *_empty_target(plan, snapshot),
        *_backwards(plan, snapshot, history),
        *_sideways(plan, snapshot, history, linear=linear),
        *_pruned(plan, snapshot, prune_limit),
    )


def _backwards(plan: Plan, snapshot: Snapshot, history: History) -> Iterator[Refused]:
    applied = snapshot.revision.commit[:12] if snapshot.revision else ""
    planned = (plan.tree.commit or "")[:12]
    protects = "an old job that runs late, or a forgotten checkout, must not undo what was applied after it"
    if history == "behind":
        yield Refused(
            "FO724",
            f"commit {planned} is older than {applied}, which is applied to {plan.domain}",
            protects=protects,
            way_out="to go back on purpose: flyteops rollback, or revert in git and apply the new commit; "
            f"{_lift(plan, 'FO724')}",
        )
    elif history in ("unknown", "shallow"):
        fetch = "git fetch --unshallow (in CI: fetch-depth: 0)" if history == "shallow" else "git fetch --all"
        yield Refused(
            "FO725",
            f"whether commit {planned} comes after {applied}, which is applied to {plan.domain}, is unknown: "
            + ("this clone is shallow" if history == "shallow" else "this clone does not hold the applied commit"),
            protects=protects,
            way_out=f"run {fetch}, then apply again; {_lift(plan, 'FO725')}",
        )


def _sideways(plan: Plan, snapshot: Snapshot, history: History, *, linear: bool) -> Iterator[Refused]:
    if history != "unrelated" and not (history == "apart" and linear):
        return
    applied = snapshot.revision.commit[:12] if snapshot.revision else ""
    planned = (plan.tree.commit or "")[:12]
    yield Refused(
        "FO737",
        f"commit {planned} and {applied}, which is applied to {plan.domain}, have no history in common"
        if history == "unrelated"
        else f"commit {planned} does not contain {applied}, which is applied to {plan.domain}: their histories part",
        protects="what was applied from another branch, or before a forced push, is not undone by the way",
        way_out=f"apply a commit that contains {applied} (merge it, or rebase onto it); {_lift(plan, 'FO737')}",
    )


def _lift(plan: Plan, code: str) -> str:
    return f"or permit it once in {CONSENT_FILE}: {{address: domain/{plan.domain}, rule: {code}, reason: …}}"


def _foreign(plan: Plan, snapshot: Snapshot) -> Iterator[Refused]:
    if snapshot.lineage and plan.lineage != snapshot.lineage:
        yield Refused(
            "FO722",
            f"the plan was made from registry {plan.lineage or '(none yet)'}, and this one is {snapshot.lineage}",
            protects="a plan is applied to the registry that it was made from, and to no other",
            way_out="plan again against this registry, or name the other one in `registry:`",
        )
    elif plan.project != snapshot.project or plan.domain != snapshot.domain:
        yield Refused(
            "FO722",
            f"the plan is for {plan.project}/{plan.domain}, and the registry was read for "
            f"{snapshot.project}/{snapshot.domain}",
            protects="a plan is applied to the project and domain that it was made from, and to no other",
            way_out="plan again for this project and domain",
        )


def _empty_target(plan: Plan, snapshot: Snapshot) -> Iterator[Refused]:
    if snapshot.entities and not plan.unchanged and all(change.action == "retire" for change in plan.changes):
        count = len(snapshot.entities)
        yield Refused(
            "FO720",
            f"the tree declares nothing, and the registry holds {_entities(count)}: everything would be retired",
            protects="a wrong folder or an empty checkout must not take a whole project away",
            way_out="check `declarations:` in flyteops.yaml and the folder you are in; to retire a project, leave one "
            "entity in it",
        )


def _pruned(plan: Plan, snapshot: Snapshot, limit: float | None) -> Iterator[Refused]:
    total = len(snapshot.entities)
    retired = sum(1 for change in plan.changes if change.action == "retire")
    if limit is None or not retired or retired <= limit * total:
        return
    yield Refused(
        "FO721",
        f"the plan retires {retired} of {_entities(total)} ({retired / total:.0%}); the limit is {limit:.0%}",
        protects="a domain's protect.prune_limit keeps a mistake from retiring much at once",
        way_out="declare a renamed entity under `moved:`, retire in smaller steps, or raise protect.prune_limit; "
        + _lift(plan, "FO721"),
    )


def _entities(count: int) -> str:
    return f"{count} entity" if count == 1 else f"{count} entities"

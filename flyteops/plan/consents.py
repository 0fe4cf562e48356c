"""Consent: which changes somebody has to agree to, and whether an entry of the consent file does.

An entry names one address and one rule and is matched exactly. It is spent once: it counts only for the apply that
brings it, so one that was already in the file at the applied commit permits nothing (docs/decisions/0007).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from flyteops.model.errors import Refused
from flyteops.model.plan import Consent, ConsentState, Plan

CONSENT_FILE = "flyteops.consent.yaml"
RETIRE = "retire"
"""The rule of a removal; a breaking change goes by the code of its interface rule."""
DOMAIN_RULES = ("FO721", "FO724", "FO725", "FO737")
"""Guards that an entry may lift for one apply; their address is `domain/NAME`."""

Needed = tuple[str, str, str]
"""Address, rule, what happens."""


def consents_of(
    plan: Plan,
    classes: tuple[str, ...],
    *,
    entries: tuple[Consent, ...],
    spent: frozenset[tuple[str, str, str, str | None]],
    today: dt.date,
    guards: tuple[Refused, ...] = (),
) -> tuple[ConsentState, ...]:
    """Every consent that the plan needs with its state, then the entries that it does not need. `classes` are those
    of the domain's `protect.consent`; `spent` the identities of entries that were there at the applied commit."""
    needed = [*_needed(plan, classes), *_lifted(plan, guards)]
    states = [_state(each, entries, spent=spent, today=today) for each in needed]
    wanted = {(address, rule) for address, rule, _ in needed}
    unused = [
        _of_entry(each, "unused", "no change of this plan needs it")
        for each in entries
        if (each.address, each.rule) not in wanted and each.identity not in spent
    ]
    return (*states, *unused)


def _needed(plan: Plan, classes: tuple[str, ...]) -> Iterator[Needed]:
    for change in plan.changes:
        address = str(change.entity)
        if change.action == "retire" and "retire" in classes:
            yield address, RETIRE, f"{address} is retired"
        if "breaking" in classes:
            broken: dict[str, list[str]] = {}
            for finding in change.findings:
                if finding.breaking:
                    broken.setdefault(finding.rule, []).append(finding.message)
            for rule, messages in broken.items():
                yield address, rule, f"{address}: {'; '.join(messages)}"


def _lifted(plan: Plan, guards: tuple[Refused, ...]) -> Iterator[Needed]:
    for refused in guards:
        if refused.code in DOMAIN_RULES:
            yield f"domain/{plan.domain}", refused.code, refused.message


def _state(
    needed: Needed,
    entries: tuple[Consent, ...],
    *,
    spent: frozenset[tuple[str, str, str, str | None]],
    today: dt.date,
) -> ConsentState:
    address, rule, message = needed
    found = [each for each in entries if (each.address, each.rule) == (address, rule)]
    fresh = [each for each in found if each.identity not in spent]
    good = [each for each in fresh if each.expires is None or dt.date.fromisoformat(each.expires) >= today]
    if good:
        return _of_entry(good[0], "given", message)
    if fresh:
        return _of_entry(fresh[0], "expired", message)
    if found:
        return _of_entry(found[0], "spent", message)
    return ConsentState(address=address, rule=rule, state="missing", message=message)


def _of_entry(entry: Consent, state: str, message: str) -> ConsentState:
    assert state in ("given", "expired", "spent", "unused")  # noqa: S101 - narrows the text for the type checker
    return ConsentState(
        address=entry.address,
        rule=entry.rule,
        state=state,  # type: ignore[arg-type]
        message=message,
        reason=entry.reason,
        file=entry.file,
        line=entry.line,
    )


def lifted(states: tuple[ConsentState, ...]) -> frozenset[str]:
    """Codes of the guards that a fresh entry lifts."""
    return frozenset(each.rule for each in states if each.state == "given" and each.rule in DOMAIN_RULES)


def consent_refusal(plan: Plan, states: tuple[ConsentState, ...]) -> Refused | None:
    """FO726, when the plan needs a consent that it has not; it names all of them."""
    lacking = [
        each for each in states if each.state in ("missing", "expired", "spent") and each.rule not in DOMAIN_RULES
    ]
    if not lacking:
        return None
    told = "; ".join(f"{each.message} [{each.rule}]{_why(each)}" for each in lacking)
    entries = ", ".join(f"{{address: {each.address}, rule: {each.rule}, reason: …}}" for each in lacking)
    return Refused(
        "FO726",
        f"domain {plan.domain} wants consent, and it is not given: {told}",
        protects="in a domain with protect.consent nobody retires or breaks a thing by oversight",
        way_out=f"have this reviewed in {CONSENT_FILE} of the same commit: consent: [{entries}]",
    )


def _why(state: ConsentState) -> str:
    where = f"{state.file}:{state.line}"
    match state.state:
        case "expired":
            return f" (the entry at {where} has expired)"
        case "spent":
            return f" (the entry at {where} was spent by an earlier apply: write a new reason)"
        case _:
            return ""

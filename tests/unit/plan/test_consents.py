"""Consent: matched exactly, spent once, expired by its day; what is refused names every way out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from flyteops.model.plan import Consent
from flyteops.plan import Rules, judge
from tests.unit.plan import samples as s

APPLIED = s.snapshot_of(s.SHOP)
FIT = replace(s.FIT, interface=replace(s.FIT.interface, outputs=s.FIT.interface.outputs[:1]))
PLAN = s.plan_from(s.SHOP, replace(s.with_task(FIT), launch_plans={}))
"""Breaks task/fit (FO-I107) and retires launch_plan/nightly."""
TODAY = dt.date(2026, 1, 31)
BOTH = ("breaking", "retire")


def entry(address: str = "task/fit", rule: str = "FO-I107", *, expires: str | None = None, line: int = 3) -> Consent:
    return Consent(
        address=address, rule=rule, reason="agreed", expires=expires, file="flyteops.consent.yaml", line=line
    )


RETIRED = entry("launch_plan/nightly", "retire", line=4)


def states(
    *entries: Consent, spent: tuple[Consent, ...] = (), consent: tuple[str, ...] = BOTH
) -> list[tuple[str, ...]]:
    rules = Rules(consent=consent, entries=entries, spent=frozenset(each.identity for each in spent), today=TODAY)
    return [(each.address, each.rule, each.state) for each in judge(PLAN, APPLIED, rules).consents]


def test_nothing_is_wanted_unless_the_domain_says_so() -> None:
    assert states(consent=()) == []
    assert judge(PLAN, APPLIED, Rules()).refusals == ()


@pytest.mark.parametrize(
    ("entries", "spent", "expected"),
    [
        ((entry(), RETIRED), (), ("given", "given")),
        ((), (), ("missing", "missing")),
        ((entry(expires="2026-01-31"), RETIRED), (), ("given", "given")),
        ((entry(expires="2026-01-30"), RETIRED), (), ("expired", "given")),
        # It was there at the applied commit already, on whatever line.
        ((entry(), RETIRED), (entry(line=9),), ("spent", "given")),
        # Exactly: another rule, another address.
        ((entry(rule="FO-I108"), entry("task/fi"), RETIRED), (), ("missing", "given")),
    ],
)
def test_state_of_an_entry(entries: tuple[Consent, ...], spent: tuple[Consent, ...], expected: tuple[str, str]) -> None:
    found = [each for each in states(*entries, spent=spent) if each[2] != "unused"]
    assert found == [("task/fit", "FO-I107", expected[0]), ("launch_plan/nightly", "retire", expected[1])]


def test_an_entry_that_nothing_needs_is_told_until_it_is_spent() -> None:
    stray = entry("task/prep")
    assert states(entry(), RETIRED, stray)[-1] == ("task/prep", "FO-I107", "unused")
    assert len(states(entry(), RETIRED, stray, spent=(stray,))) == 2


def test_refusal_names_every_lacking_consent_and_the_entries_to_write() -> None:
    rules = Rules(consent=BOTH, entries=(entry(expires="2026-01-01"),), today=TODAY)
    (refused,) = judge(PLAN, APPLIED, rules).refusals
    assert (refused.code, refused.message, refused.way_out) == (
        "FO726",
        (
            "domain development wants consent, and it is not given: task/fit: output accuracy is gone [FO-I107] "
            "(the entry at flyteops.consent.yaml:3 has expired); launch_plan/nightly is retired [retire]"
        ),
        (
            "have this reviewed in flyteops.consent.yaml of the same commit: consent: [{address: task/fit, "
            "rule: FO-I107, reason: …}, {address: launch_plan/nightly, rule: retire, reason: …}]"
        ),
    )


def test_a_guard_of_the_domain_is_lifted_by_its_own_entry_only() -> None:
    def codes(*entries: Consent) -> list[str]:
        rules = Rules(prune_limit=0.05, history="behind", entries=entries, today=TODAY)
        return [each.code for each in judge(PLAN, APPLIED, rules).refusals]

    assert codes() == ["FO724", "FO721"]
    assert codes(entry("domain/development", "FO724")) == ["FO721"]
    assert codes(entry("domain/production", "FO724")) == ["FO724", "FO721"]
    assert codes(entry("domain/development", "FO724"), entry("domain/development", "FO721")) == []

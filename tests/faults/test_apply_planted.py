"""Bugs put in on purpose: a harness that does not find these finds nothing."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from flyteops.operations import applying, effects
from flyteops.reconcile import effects as deciding

from .deploying import PROGRAMS, Points, converged
from .test_apply_kills import World, prepared


def found_by_kills(path: tuple[str, ...]) -> bool:
    """Whether killing at every call, and running again, shows that something is wrong."""
    whole = Points()
    try:
        before = prepared(path)
        copy.deepcopy(before).run(path[-1], whole)
        for at in range(1, whole.passed + 1):
            world = copy.deepcopy(before)
            world.run(path[-1], Points(at=at))
            world.run(path[-1])
            converged(PROGRAMS[path[-1]], world.registry, world.cluster)
    except Exception:  # noqa: BLE001 - found, whichever way
        return True
    return False


def confirmed_before_done(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = effects.carry_out

    def early(journal, side, todo, *, phase, seen):
        if todo:
            operation = effects._intend(journal, phase, todo)
            for each in todo:
                journal.registry.confirm_effect(journal.fence, operation, each, uid="guess")
        return whole(journal, side, todo, phase=phase, seen=seen)

    monkeypatch.setattr(applying, "carry_out", early)


def nothing_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "settle", lambda journal, side: None)
    monkeypatch.setattr(deciding, "_is_so", lambda wanted, record, live, *, lineage: live is not None)


def clocks_are_forgotten_after_the_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "pending", lambda wanted, records: False)


def deletes_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = deciding.decide
    monkeypatch.setattr(applying, "decide", lambda *args, **kwargs: replace(whole(*args, **kwargs), deletes=()))


def deletes_are_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "_delete", lambda cluster, effect: effect.uid)


@pytest.mark.parametrize(
    "plant",
    [
        confirmed_before_done,
        nothing_is_settled,
        clocks_are_forgotten_after_the_revision,
        deletes_are_forgotten,
        deletes_are_believed,
    ],
)
def test_a_planted_bug_is_found(plant, monkeypatch):
    plant(monkeypatch)
    assert found_by_kills(("one", "two"))


def test_a_world_can_be_copied():
    world = World()
    world.run("one")
    other = copy.deepcopy(world)
    other.run("two")
    converged(PROGRAMS["one"], world.registry, world.cluster)

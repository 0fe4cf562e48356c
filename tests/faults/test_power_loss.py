"""F03: the power fails behind any write of an apply: the registry is one of two revisions, no answer is undone."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from flyteops.adapters.clock import SystemClock
from flyteops.adapters.registry_sqlite import SqliteRegistry
from flyteops.model.errors import Refused
from tests.contract.records import LEASE_MS, CountedIds, SetClock, revision

from .applying import PLANS
from .counting import Counts, parts
from .powerloss import Call, left, recorded
from .test_registry_kills import sound, state, wanted

PARTS = parts(120)
pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed here")


def opened(path: Path, *, later_ms: int = 0) -> SqliteRegistry:
    clock = SetClock(SystemClock().now_ms() + later_ms)
    return SqliteRegistry(path, project="churn", clock=clock, ids=CountedIds(), tool="flyteops 0.1.0")


def again(path: Path, operation: str) -> None:
    """The same command, later than any lease."""
    registry = opened(path, later_ms=2 * LEASE_MS)
    registry.prepare()
    expected = registry.snapshot("dev").generation
    fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
    if state(registry.snapshot("dev"))[1] != wanted(*(("one",) if operation == "two" else ()), operation):
        given = {"expected_generation": expected, "revision": revision(), "changes": PLANS[operation]}
        registry.intend(fence, operation, PLANS[operation])
        registry.publish(fence, operation, "dev", **given)
    registry.release_lease(fence)


def said(calls: list[Call]) -> set[bytes]:
    return {call.data for call in calls if call.kind == "said"}


@pytest.mark.parametrize("part", range(len(PARTS)))
@pytest.mark.parametrize("operation", ["one", "two"])
def test_a_loss_of_power_behind_any_write(tmp_path: Path, operation: str, part: int, counts: Counts) -> None:
    path = tmp_path / "work" / "r.db"
    path.parent.mkdir()
    earlier = ("one",) if operation == "two" else ()
    for each in earlier:
        recorded(path, each)
    before = {path.name: path.read_bytes()} if earlier else {}
    calls = recorded(path, operation)
    assert said(calls) == {b"intended", b"published", b"released"}
    old, new = (len(earlier), wanted(*earlier)), (len(earlier) + 1, wanted(*earlier, operation))
    counts.seed += part
    chance = random.Random(counts.seed)  # noqa: S311
    for number in range(PARTS[part]):
        # Every third time all that was pending is lost, else what chance says.
        place = calls[: chance.randint(1, len(calls))]
        files = left(before, place, chance=chance if number % 3 else None)
        checked(tmp_path / "lost", files, answered=said(place), operation=operation, old=old, new=new)
        counts.add(power_losses=1, converged=1)


def checked(
    folder: Path, files: dict[str, bytes], *, answered: set[bytes], operation: str, old: object, new: object
) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    path = folder / "r.db"
    found = state(opened(path).snapshot("dev"))
    assert found in (old, new)
    if b"published" in answered:
        assert found == new, "an answered publication was undone"
    elif b"intended" in answered:
        assert opened(path).unfinished("dev") == (operation,) or found == new, "an answered intent was undone"
    assert opened(path).verify() == ()
    again(path, operation)
    assert state(opened(path).snapshot("dev")) == new
    assert opened(path).unfinished("dev") == ()
    assert sound(path)


@pytest.mark.parametrize("missing", ["the folder's, behind a commit", "the file's"])
def test_a_flush_that_is_left_out_is_found(tmp_path: Path, missing: str) -> None:
    """The same record without some of its flushes: what SQLite does with `synchronous` at FULL, and at OFF."""
    path = tmp_path / "work" / "r.db"
    path.parent.mkdir()
    recorded(path, "one")
    before = {path.name: path.read_bytes()}
    calls = recorded(path, "two")
    folder = missing.startswith("the folder")
    after_removal = {at + 1 for at, call in enumerate(calls) if call.kind == "remove"}
    gone = [at for at, call in enumerate(calls) if call.kind == "flush" and call.name in ("", "r.db")]
    gone = [at for at in gone if (at in after_removal) == folder and (calls[at].name == "") == folder]
    assert len(gone) >= 4
    calls = [call for at, call in enumerate(calls) if at not in gone]
    old, new = (1, wanted("one")), (2, wanted("one", "two"))
    chance, found = random.Random(7), 0  # noqa: S311
    for at in range(1, len(calls) + 1):
        told = said(calls[:at])
        try:
            files = left(before, calls[:at], chance=chance)
            checked(tmp_path / "lost", files, answered=told, operation="two", old=old, new=new)
        except (AssertionError, Refused):
            found += 1
    assert found > 0

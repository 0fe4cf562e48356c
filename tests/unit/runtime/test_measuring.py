"""Durations as a pod writes them and a plan reads them: the last twenty, the median, one scope after the other."""

from __future__ import annotations

import pytest

from flyteops.execution.measures import KEPT, durations_in, measured_key
from flyteops.model.digest import Json
from flyteops.model.plan import NodeRecompute, Plan, StepWeight, Timing, TreeIdentity
from flyteops.operations.measuring import timings_of
from flyteops.ports.store import StoreFailed
from flyteops.runtime.measuring import note_duration
from flyteops.runtime.session import Session
from tests.contract.memory_store import MemoryStore

FIT: dict[str, Json] = {"v": 1, "step": "fit", "task": "shop/fit"}


def session(store: MemoryStore, scope: str = "production") -> Session:
    return Session(
        store=store, run="r", attempt="a", scope=scope, cache="on", folder="", code=(), note=lambda *_: None
    )  # fmt: skip


def planned(*outcomes: str) -> Plan:
    nodes = tuple(
        NodeRecompute(
            workflow="w",
            node=f"n{number}",
            task="fit",
            outcome=outcome,  # type: ignore[arg-type]
            weight=StepWeight(task="shop/fit", gpu=1),
        )
        for number, outcome in enumerate(outcomes)
    )
    return Plan(
        project="shop",
        domain="production",
        lineage="",
        generation=0,
        tree=TreeIdentity(commit=None, files_digest=""),
        changes=(),
        nodes=nodes,
        unchanged=0,
        warnings=(),
        digest="",
    )


def test_the_median_of_the_last_twenty() -> None:
    store = MemoryStore()
    for seconds in (1000, *range(1, KEPT + 1)):
        note_duration(session(store), FIT, float(seconds))
    found = timings_of(planned("yes"), store, scopes=("production",))
    assert found == {"shop/fit": Timing(seconds=10.5, calls=KEPT)}


def test_own_runs_count_where_the_domain_has_none_and_only_what_runs_again_is_asked_for() -> None:
    store = MemoryStore()
    note_duration(session(store, "dev/ada"), FIT, 4.0)
    assert timings_of(planned("yes"), store, scopes=("production", "dev/ada"))["shop/fit"].seconds == 4.0
    note_duration(session(store), FIT, 8.0)
    assert timings_of(planned("yes"), store, scopes=("production", "dev/ada"))["shop/fit"].seconds == 8.0
    assert timings_of(planned("none", "maybe"), store, scopes=("production",)) == {}


def test_short_calls_are_written_once() -> None:
    store = MemoryStore()
    for seconds in (0.1, 0.2, 0.3):
        note_duration(session(store), FIT, seconds)
    assert durations_of(store) == [0.1]
    note_duration(session(store), FIT, 2.0)
    note_duration(session(store), FIT, 0.4)  # it was long before: that it is short now is worth a write
    assert durations_of(store) == [0.1, 2.0, 0.4]


def durations_of(store: MemoryStore) -> list[float]:
    import json

    return durations_in(json.loads(store.objects[measured_key("production", "shop/fit")]))


class Broken(MemoryStore):
    def replace(self, key: str, data: bytes, *, expected: bytes | None) -> bool:
        raise StoreFailed("full", retryable=False)


def test_a_store_that_fails_fails_no_call() -> None:
    note_duration(session(Broken()), FIT, 2.0)
    note_duration(session(MemoryStore()), {"v": 1, "step": "x"}, 2.0)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"took_s": "x"}', b'{"took_s": [true, "1", -1, null]}'])
def test_what_is_damaged_is_unknown(data: bytes) -> None:
    store = MemoryStore()
    store.objects[measured_key("production", "shop/fit")] = data
    assert timings_of(planned("yes"), store, scopes=("production",)) == {}

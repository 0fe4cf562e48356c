from __future__ import annotations

import pytest

from flyteops.model.digest import JsonObject, canonical
from flyteops.runtime.endings import Ended
from flyteops.runtime.maps import gather, item_inputs, map_size, needed_successes
from flyteops.runtime.session import Session
from flyteops.runtime.stored import keep_literal, read_literal
from tests.contract.memory_store import MemoryStore


def session(xs: list[int]) -> Session:
    store = MemoryStore()
    store.create("runs/r/inputs.json", canonical({"xs": keep_literal(store, {"list": "int"}, xs)}))
    return Session(
        store=store, run="r", attempt="a", scope="s", cache="on", folder="/nowhere", code=(), note=lambda *_: None
    )


INVOCATION: JsonObject = {
    "v": 1,
    "step": "m",
    "over": [{"name": "x", "type": {"list": "float"}, "binding": {"input": "xs", "path": []}}],
    "outputs_type": [["o0", {"list": {"union": ["int", "none"]}}]],
    "min_success_ratio": 0.5,
    "min_successes": None,
}


@pytest.mark.parametrize(
    ("count", "ratio", "successes", "needed"),
    [
        (10, None, None, 10), (10, 0.9, None, 9), (10, 0.91, None, 10), (100, 0.55, None, 55), (3, 0.0, None, 0),
        (0, 1.0, None, 0), (10, None, 3, 3), (2, None, 3, 2), (7, 1e-9, None, 1),
    ],
)  # fmt: skip
def test_how_many_must_succeed(count: int, ratio: float | None, successes: int | None, needed: int) -> None:
    assert needed_successes(count, ratio, successes) == needed


def test_an_item_is_converted_when_it_is_wanted() -> None:
    here = session([1, 2, 3])
    assert map_size(here, INVOCATION) == 3
    assert item_inputs(here, INVOCATION, 2) == [("x", "float", 3.0)]
    with pytest.raises(Ended, match="over x: there is no item 3"):
        item_inputs(here, INVOCATION, 3)


def test_a_list_written_out_is_walked_too() -> None:
    binding = {"list": [{"value": 1, "type": "int"}, {"input": "xs", "path": [1]}]}
    invocation: JsonObject = {**INVOCATION, "over": [{"name": "x", "type": {"list": "float"}, "binding": binding}]}
    here = session([5, 6])
    assert map_size(here, invocation) == 2
    assert item_inputs(here, invocation, 1) == [("x", "float", 6.0)]


def test_lists_are_made_of_the_items_that_succeeded() -> None:
    here = session([1, 2])
    kept = keep_literal(here.store, "int", 7)
    here.store.create("runs/r/m.1/commit.json", canonical({"outputs": {"o0": kept}}))
    gather(here, INVOCATION)
    committed = here.commit("m")
    assert committed is not None
    outputs = committed["outputs"]
    assert isinstance(outputs, dict)
    items = read_literal(here.store, outputs["o0"])[1]
    assert isinstance(items, list)
    assert [each["value"] for each in items if isinstance(each, dict)] == [None, 7]


def test_too_few_are_told() -> None:
    with pytest.raises(Ended) as found:
        gather(session([1, 2, 3]), INVOCATION)
    assert (found.value.code, found.value.message) == (81, "3 of 3 items failed (0, 1, 2); at least 2 must succeed")

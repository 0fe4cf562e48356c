"""The acceptance of first light: this was changed, exactly these nodes ran again, and the plan had said so before.

For each edit: the project is applied and run once, edited and committed, planned, applied and run again. The steps
that really ran must be all those planned as `yes` or `always`, and none beyond those planned as `maybe`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

YAML, STEPS, MONEY, KINDS = "pipelines/orders.yaml", "src/orders/steps.py", "src/orders/money.py", "src/orders/kinds.py"


@dataclass(frozen=True)
class Edit:
    """One edit, and the steps that run again because of it."""

    name: str
    path: str
    old: str
    new: str
    ran: frozenset[str]


ALWAYS = frozenset({"publish"})
PRICES = frozenset({"enrich.price"})

EDITS = (
    Edit("comment", STEPS, "def price(", "# a comment\ndef price(", ALWAYS),
    Edit("docstring", STEPS, '"""Orders of a day.', '"""All orders of one day.', ALWAYS),
    Edit("formatting", STEPS, 'return f"{text}: {total}"', 'return (\n        f"{text}: {total}"\n    )', ALWAYS),
    Edit("unrelated helper", MONEY, "return 7", "return 8", ALWAYS),
    Edit("resources", YAML, "memory: 256Mi", "memory: 512Mi", ALWAYS),
    Edit("retries", YAML, "retries: 2", "retries: 3", ALWAYS),
    Edit("timeout", YAML, "timeout: 1m", "timeout: 2m", ALWAYS),
    Edit("description", YAML, "Prices of a day", "All prices of a day", ALWAYS),
    Edit("yaml comment", YAML, "workflows:\n", "# the graph\nworkflows:\n", ALWAYS),
    Edit(
        "key order",
        YAML,
        "inputs: {orders: $read, prices: $enrich.prices}",
        "inputs: {prices: $enrich.prices, orders: $read}",
        ALWAYS,
    ),
    Edit("concurrency", YAML, "concurrency: 2", "concurrency: 3", ALWAYS),
    Edit("schedule", YAML, '"0 2 * * *"', '"0 3 * * *"', ALWAYS),
    Edit("leaf code", STEPS, 'f"best: {best.value}"', 'f"best is {best.value}"', ALWAYS | {"tell.case1"}),
    Edit("helper constant", MONEY, "FEE = 0.5", "FEE = 0.25", ALWAYS | PRICES | {"total"}),
    Edit(
        "code with an equal result",
        STEPS,
        "return sum(prices), max(",
        "return float(sum(prices)), max(",
        ALWAYS | {"total"},
    ),
    Edit("cache version", YAML, "    timeout: 1m", "    timeout: 1m\n    cache: {version: two}", ALWAYS | PRICES),
    Edit("workflow default", YAML, "rate: float = 1.5", "rate: float = 2.5", ALWAYS | PRICES | {"total"}),
    Edit("condition", YAML, "limit: float = 100", "limit: float = 1", ALWAYS | {"tell.case0"}),
    Edit(
        "default of a record's field",
        KINDS,
        'note: str = ""',
        'note: str = "none"',
        ALWAYS | {"read"} | PRICES | {"total"},
    ),
    Edit("static input of a case not taken", YAML, '"too much"', '"far too much"', ALWAYS),
)


@pytest.fixture
def orders(project):
    repository = project("orders")
    assert repository.flyteops("apply", "-y").code == 0
    repository.answer("run", "workflow/orders")
    return repository


def steps(paths) -> frozenset[str]:
    """Step paths, a map's items counted as the map."""
    return frozenset(re.sub(r"\.[0-9]+$", "", path) for path in paths)


def ran(answer) -> frozenset[str]:
    """The task steps that really ran."""
    return steps(
        node["path"]
        for node in answer["nodes"]
        if node["task"] and node["phase"] == "succeeded" and not node["cached"] and node["attempts"]
    )


def test_a_second_run_takes_everything_from_the_cache_but_what_is_never_cached(orders):
    assert ran(orders.answer("run", "workflow/orders")) == ALWAYS


@pytest.mark.parametrize("edit", EDITS, ids=[edit.name for edit in EDITS])
def test_what_ran_is_what_the_plan_said(orders, edit):
    orders.edit(edit.path, edit.old, edit.new)
    orders.commit(edit.name)

    rows = [row for row in orders.answer("plan")["nodes"] if row["workflow"] == "orders"]
    said = {
        outcome: frozenset(row["node"] for row in rows if row["outcome"] == outcome)
        for outcome in ("yes", "maybe", "always")
    }
    assert orders.flyteops("apply", "-y").code == 0
    answer = orders.answer("run", "workflow/orders")

    assert ran(answer) == edit.ran
    reached = steps(node["path"] for node in answer["nodes"] if node["phase"] == "succeeded")
    assert (said["yes"] | said["always"]) & reached <= edit.ran, "the plan said yes, and it did not run"
    # A plan without changes lists no node: what is never cached runs every time all the same.
    assert edit.ran - ALWAYS <= said["yes"] | said["maybe"], "it ran, and the plan had not said so"


def test_planning_again_after_an_apply_is_empty(orders):
    assert orders.answer("plan")["changes"] == []

"""Three-way comparison over our fields only."""

from __future__ import annotations

import pytest

from flyteops.reconcile.fields import ABSENT, differs, drift


@pytest.mark.parametrize(
    ("ours", "live"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": {"b": []}}, {"a": {}}),
        ({"a": None}, {}),
        ({"a": [{"x": 1}]}, {"a": [{"x": 1, "defaulted": True}]}),
        ({"a": 1.0}, {"a": 1}),
    ],
)
def test_what_the_server_adds_or_leaves_out_is_no_difference(ours, live):
    assert not differs(ours, live)


@pytest.mark.parametrize(
    ("ours", "live"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {}),
        ({"a": [1, 2]}, {"a": [1]}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": {"b": 1}}, {"a": "b"}),
        ({"a": 1}, {"a": True}),
        ({"a": False}, {"a": 0}),
        ({"a": ""}, {}),
        ({"a": "1"}, {"a": 1}),
    ],
)
def test_any_other_value_of_ours_is_one(ours, live):
    assert differs(ours, live)


def test_each_field_says_applied_wanted_and_live():
    applied = {
        "spec": {"suspend": False, "schedules": ["0 2 * * *"], "when": "x"},
        "metadata": {"labels": {"a/b": "1"}},
    }
    wanted = {"spec": {"suspend": False, "schedules": ["0 3 * * *"]}}
    live = {"spec": {"suspend": True, "schedules": ["0 4 * * *"], "extra": 1}, "metadata": {"labels": {}}}
    found = drift(applied, wanted=wanted, live=live)
    assert [(each.path, each.applied, each.wanted, each.live) for each in found] == [
        ('metadata.labels."a/b"', "1", ABSENT, ABSENT),
        ("spec.schedules[0]", "0 2 * * *", "0 3 * * *", "0 4 * * *"),
        ("spec.suspend", False, False, True),
        ("spec.when", "x", ABSENT, ABSENT),
    ]


def test_nothing_is_wanted_of_an_object_that_git_no_longer_has():
    (only,) = drift({"a": 1}, wanted=None, live={"a": 2})
    assert (only.applied, only.wanted, only.live) == (1, ABSENT, 2)

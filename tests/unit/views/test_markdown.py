"""The comment of a pull request: order, budget, nothing dangerous folded, hostile text inert."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flyteops.model.plan import ConsentState, Deltas, PlanContext, Refusal, Upcoming
from flyteops.plan import make_plan
from flyteops.views.markdown import BUDGET, code, inert, render_comment
from flyteops.views.mermaid import MOST_NODES, recompute_graph
from tests.unit.plan import samples as s

FIT = replace(s.FIT, interface=replace(s.FIT.interface, outputs=s.FIT.interface.outputs[:1]))
PLAN = s.plan_from(s.SHOP, replace(s.with_task(FIT), launch_plans={}))
UPCOMING = Upcoming(
    launch_plan="launch_plan/nightly",
    timezone="UTC",
    next=("2026-02-01T02:00:00+00:00",),
    version=None,
    previous_version="a" * 64,
    spoken="tonight 02:00 UTC",
)


def test_the_whole_comment() -> None:
    consent = ConsentState(
        address="launch_plan/nightly", rule="retire", state="given", message="", reason="#88", file="f", line=1
    )
    text = render_comment(PLAN, PlanContext(upcoming=(UPCOMING,), consents=(consent,)))
    head, _, rest = text.partition("<details open>")
    assert head == (
        "<!-- flyteops:plan:v1 project=shop domain=development -->\n\n"
        "### shop · development · `ccccccc` on registry generation 1\n\n"
        "**0 to add · 1 to change · 1 to retire · 1 breaking · 3 of 10 steps, 5 more maybe recompute**\n\n"
        "> [!CAUTION]\n"
        "> **Breaking** `task/fit`: output accuracy is gone (FO-I107), used by `workflow/train.fit`.\n"
        "> **Retire** `launch_plan/nightly`: its next firing, tonight 02:00 UTC, will not happen. "
        "Consent given: &#35;88.\n\n"
        "| | entity | what | interface | recompute | takes effect |\n"
        "|---|---|---|---|---|---|\n"
        "| ~ | `task/fit` | interface.outputs.accuracy | **breaking** "
        "| yes: interface of task/fit changed | next run |\n"
        "| - | `launch_plan/nightly` | retired | removed | none | stops |\n\n"
        "**Takes effect**\n\n"
        "- launch\\_plan/nightly stops: tonight 02:00 UTC will not happen\n\n"
    )
    assert (
        rest.index("```mermaid") < rest.index("<summary>Field changes (1 entity)") < rest.index("plan digest sha256:")
    )


def test_no_changes_is_one_line() -> None:
    text = render_comment(s.plan_from(s.SHOP, s.SHOP))
    assert "**No changes.**" in text
    assert "<details" not in text


def test_two_deltas() -> None:
    pending = s.plan_from(s.SHOP, s.with_task(s.recoded(s.PREP, "1" * 64)))
    deltas = Deltas(against="b" * 40, change=s.plan_from(s.SHOP, s.SHOP), pending=pending)
    text = render_comment(PLAN, PlanContext(deltas=deltas))
    assert "**No changes.**" in text
    assert (
        "**Already pending** from `bbbbbbb` (not this change): 0 to add, 1 to change, 0 to retire: `task/prep`." in text
    )


def test_refusals_stand_in_front() -> None:
    refusal = Refusal(rule="FO721", message="the plan retires 5", protects="p", way_out="retire in smaller steps")
    text = render_comment(PLAN, PlanContext(refusals=(refusal,)))
    assert "> [!CAUTION]\n> **Refused** by FO721: the plan retires 5. retire in smaller steps.\n" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@team see #12", "&#64;team see &#35;12"),
        ("<script>&amp;", "&#60;script&#62;&#38;amp;"),
        ("a*b_c`d|e~f", "a\\*b\\_c\\`d\\|e\\~f"),
        ("![x](http://evil)", "!\\[x\\](http:&#47;&#47;evil)"),
        ("www.evil.example", "www&#46;evil.example"),
        ("$x^2$", "&#36;x^2&#36;"),
        ("one\ntwo \u202e\x1b[2J", "one\\\\x0atwo \\\\u202e\\\\x1b\\[2J"),
    ],
)
def test_hostile_text_does_nothing(text: str, shown: str) -> None:
    assert inert(text) == shown


@pytest.mark.parametrize(("text", "shown"), [("a", "`a`"), ("a`b", "`` a`b ``"), ("`", "`` ` ``"), ("a|b", "`a\\|b`")])
def test_code_spans_cannot_be_ended(text: str, shown: str) -> None:
    assert code(text) == shown


def test_a_fence_is_longer_than_any_inside() -> None:
    plan = s.plan_from(s.SHOP, s.with_task(replace(s.FIT, description="````\n</details>")))
    text = render_comment(plan)
    assert "`````diff\n" in text
    assert '+ "````\\\\n</details>"' not in text.split("`````diff")[0]


def test_a_huge_plan_fits_and_keeps_its_danger() -> None:
    tasks = tuple(s.task(f"{'very-' * 10}long-{number:04}") for number in range(2000))
    before = s.program((*tasks, s.PREP))
    plan = s.plan_from(before, s.program((s.task("prep", code="2" * 64), *tasks[:1000])))
    text = render_comment(plan)
    assert len(text) <= BUDGET
    assert "> **Retire** `task/very-" in text
    assert "more: see `plan -o json`" in text
    assert " | | | | |" in text
    assert text.rstrip().endswith("</sub>")


def test_the_drawing_is_bounded_and_quoted() -> None:
    nodes = tuple(
        s.Node(name=f"n{number:03}", body=s.TaskCall(task="load", inputs=()), outputs=s.LOAD.interface.outputs)
        for number in range(100)
    )
    plan = make_plan(s.program((s.LOAD,), (s.workflow("wide", (), nodes),)), s.NOTHING, tree=s.TREE)
    drawn = recompute_graph(plan)
    assert drawn is not None
    assert drawn.text.count(":::added") < MOST_NODES
    assert '(["42 more"])' in drawn.text or "more" in drawn.text
    assert recompute_graph(s.plan_from(s.SHOP, s.SHOP)) is None

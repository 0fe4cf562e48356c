"""A plan as text, whole."""

from __future__ import annotations

from dataclasses import replace

from flyteops.model.diagnostics import Place
from flyteops.model.entities import Amount, Resources
from flyteops.plan import make_plan
from flyteops.views.text import render_plan
from tests.unit.plan import samples as s


def test_no_changes() -> None:
    assert render_plan(s.plan_from(s.SHOP, s.SHOP)) == (
        "No changes: shop/development is what the tree says (registry generation 1, 9 entities)\n"
        "commit cccccccccccc\n"
        "\n"
        "Plan: 0 to add, 0 to change, 0 to retire. Interface: 0 breaking. Recompute: 0 of 0 steps.\n"
    )


def test_all_new() -> None:
    tree = replace(s.TREE, commit=None, uncommitted=("pipelines/train.yaml", "src/app.py"))
    assert render_plan(make_plan(s.SHOP, s.NOTHING, tree=tree)) == (
        "shop/development, against no registry yet\n"
        "uncommitted: pipelines/train.yaml, src/app.py\n"
        "\n"
        "  + task/alert\n"
        "  + task/fit\n"
        "  + task/load\n"
        "  + task/prep\n"
        "  + task/score\n"
        "  + task/tell\n"
        "  + workflow/outer\n"
        "  + workflow/train\n"
        "  + launch_plan/nightly\n"
        "\n"
        "Takes effect\n"
        "  the next firing runs launch_plan/nightly for the first time, at version 7946a5ea\n"
        "\n"
        "Recompute at the next run\n"
        "  workflow/outer: new, all 6 steps\n"
        "    alert, all.fit, all.prep, all.route.case0, all.scores, load\n"
        "  workflow/train: new, all 4 steps\n"
        "    fit, prep, route.case0, scores\n"
        "\n"
        "Plan: 9 to add, 0 to change, 0 to retire. Interface: 0 breaking. Recompute: 10 of 10 steps.\n"
    )


def test_a_change_of_each_kind() -> None:
    fit = replace(
        s.FIT,
        work=replace(s.FIT.work, code="1" * 64),
        settings=replace(s.FIT.settings, resources=Resources(gpu=2)),
        interface=replace(s.FIT.interface, inputs=(*s.FIT.interface.inputs, s.var("seed", s.INT))),
    )
    before = s.with_task(replace(s.FIT, settings=replace(s.FIT.settings, resources=Resources(gpu=1))))
    place = Place(path="pipelines/train.yaml", line=12, column=12, end_line=12, end_column=13)
    after = replace(
        s.with_task(fit),
        launch_plans={},
        workflows={"train": s.TRAIN},
        origins={"task/fit.resources.gpu": place},
    )
    assert render_plan(s.plan_from(before, after)) == (
        "shop/development, against registry generation 1\n"
        "commit cccccccccccc\n"
        "\n"
        "! ~ task/fit\n"
        "      code: a48cb700 -> 11111111\n"
        '      interface.inputs.seed: (not set) -> {type: "int"}\n'
        "      resources.gpu: 1 -> 2  (pipelines/train.yaml:12)\n"
        "      breaks[FO-I101]: input seed: int is new and has no default\n"
        "        used by workflow/train.fit\n"
        "      recompute: code of task/fit changed, interface of task/fit changed\n"
        "      reaches workflow/train\n"
        "! - launch_plan/nightly\n"
        "! - workflow/outer\n"
        "\n"
        "Takes effect\n"
        "  launch_plan/nightly stops: it starts no more\n"
        "\n"
        "Recompute at the next run\n"
        "  workflow/train: 1 of 4 steps, 2 more maybe\n"
        "    yes     fit          code of task/fit changed; interface of task/fit changed\n"
        "    maybe   route.case0  if route takes another case\n"
        "    maybe   scores       if the output of fit differs\n"
        "    1 step keeps its result\n"
        "\n"
        "Plan: 0 to add, 1 to change, 2 to retire. Interface: 1 breaking. "
        "Recompute: 1 of 4 steps, 2 more maybe, GPU-h unknown.\n"
    )


def test_the_same_change_is_told_once() -> None:
    memory = Resources(memory=Amount(request="1Gi", limit="1Gi"))
    tasks = {
        name: replace(task, settings=replace(task.settings, resources=memory))
        if name in ("fit", "prep", "tell")
        else task
        for name, task in s.SHOP.tasks.items()
    }
    text = render_plan(s.plan_from(s.SHOP, replace(s.SHOP, tasks=tasks, workflows=s.SHOP.workflows)))
    assert text.split("\n\n")[1] == (
        '  ~ task/fit, task/prep, task/tell  (3 alike)\n      resources: (not set) -> {memory: "1Gi"}'
    )
    assert text.endswith("Interface: 0 breaking. Recompute: 1 of 10 steps, 1 more maybe.\n")


def test_colour_and_hostile_names() -> None:
    plan = s.plan_from(s.SHOP, s.with_task(replace(s.FIT, description="\x1b[2J\u202e")))
    text = render_plan(plan, color=True)
    assert '  \x1b[33m~\x1b[0m task/fit\n      description: (not set) -> "\\x1b[2J\\u202e"\n' in text


def test_many_new_entities_are_counted_unless_asked_for() -> None:
    many = s.program(tuple(s.task(f"t{number:02}") for number in range(25)))
    plan = make_plan(many, s.NOTHING, tree=s.TREE)
    assert "  + task/t19\n    … and 5 more of task (-v shows all)\n" in render_plan(plan)
    assert "  + task/t24\n" in render_plan(plan, verbose=True)

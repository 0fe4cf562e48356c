"""The plan as a value: empty when nothing changed, ordered, placed, and the same for the same inputs."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from flyteops.model.diagnostics import Place
from flyteops.model.entities import Amount, CachePolicy, Image, Resources, TaskSettings
from flyteops.model.ids import EntityId, Kind
from flyteops.model.plan import Change, FieldChange, Plan
from flyteops.model.program import Move, Program
from flyteops.plan import is_empty, make_plan, needs_consent
from tests.unit.plan import samples as s


def only(plan: Plan) -> Change:
    (change,) = plan.changes
    return change


def test_plan_of_what_is_applied_is_empty() -> None:
    plan = s.plan_from(s.SHOP, s.SHOP)
    assert is_empty(plan)
    assert (plan.changes, plan.nodes, plan.warnings, plan.unchanged) == ((), (), (), 9)
    assert not needs_consent(plan)


@given(st.data())
def test_order_of_dicts_changes_nothing(data: st.DataObject) -> None:
    def shuffled(of: Program) -> Program:
        return replace(
            of,
            tasks=dict(data.draw(st.permutations(list(of.tasks.items())))),
            workflows=dict(data.draw(st.permutations(list(of.workflows.items())))),
        )

    before = s.snapshot_of(s.SHOP)
    entities = dict(data.draw(st.permutations(list(before.entities.items()))))
    after = s.with_task(s.recoded(s.FIT, "1" * 64))
    expected = make_plan(after, before, tree=s.TREE)
    found = make_plan(shuffled(after), replace(before, entities=entities), tree=s.TREE)
    assert found == expected
    assert found.digest == expected.digest


def test_digest_follows_generation_and_tree() -> None:
    plan = s.plan_from(s.SHOP, s.SHOP)
    later = make_plan(s.SHOP, s.snapshot_of(s.SHOP, generation=2), tree=s.TREE)
    other = make_plan(s.SHOP, s.snapshot_of(s.SHOP), tree=replace(s.TREE, uncommitted=("a",)))
    assert len({plan.digest, later.digest, other.digest}) == 3


def test_apply_order() -> None:
    created = make_plan(s.SHOP, s.NOTHING, tree=s.TREE)
    addresses = [str(each.entity) for each in created.changes]
    assert addresses == [
        "task/alert", "task/fit", "task/load", "task/prep", "task/score", "task/tell",
        "workflow/outer", "workflow/train", "launch_plan/nightly",
    ]  # fmt: skip
    retired = s.plan_from(s.SHOP, s.program((s.PREP,)))
    assert [str(each.entity) for each in retired.changes] == [
        "launch_plan/nightly", "workflow/outer", "workflow/train", "task/alert", "task/fit", "task/load", "task/score",
        "task/tell",
    ]  # fmt: skip
    assert {each.action for each in retired.changes} == {"retire"}
    assert {(each.interface, each.recompute, each.record) for each in retired.changes} == {("removed", "none", None)}
    assert needs_consent(retired)


def test_fields_are_readable_and_placed() -> None:
    settings = TaskSettings(
        cache=s.FIT.settings.cache, resources=Resources(gpu=2, memory=Amount(request="1Gi", limit="1Gi"))
    )
    before = s.with_task(replace(s.FIT, settings=replace(settings, resources=Resources(gpu=1))))
    origins = {
        "task/fit": Place(path="pipelines/train.yaml", line=10, column=3, end_line=10, end_column=6),
        "task/fit.resources": Place(path="pipelines/train.yaml", line=11, column=5, end_line=11, end_column=14),
        "task/fit.resources.gpu": Place(path="pipelines/train.yaml", line=12, column=12, end_line=12, end_column=13),
    }
    after = replace(s.with_task(replace(s.FIT, settings=settings, description="new")), origins=origins)
    change = only(s.plan_from(before, after))
    assert change.fields == (
        FieldChange(path="description", before=None, after="new", file="pipelines/train.yaml", line=10),
        FieldChange(path="resources.gpu", before=1, after=2, file="pipelines/train.yaml", line=12),
        FieldChange(path="resources.memory", before=None, after="1Gi", file="pipelines/train.yaml", line=11),
    )
    assert (change.interface, change.recompute, change.reasons) == ("same", "none", ())


def test_fields_of_a_workflow() -> None:
    node = s.TRAIN.node("fit")
    rate = s.bound("rate", s.FLOAT, s.static(s.FLOAT, 0.5))
    changed = replace(node, body=replace(node.body, inputs=(*node.body.inputs, rate)))  # type: ignore[union-attr, call-arg]
    inputs = (s.var("rows", s.FLOAT, 100), *s.TRAIN.interface.inputs[1:])
    after = replace(s.with_node(changed), interface=replace(s.TRAIN.interface, inputs=inputs))
    change = only(s.plan_from(s.SHOP, s.with_workflow(after)))
    assert [(each.path, each.before, each.after) for each in change.fields] == [
        ("interface.inputs.rows.type", "int", "float"),
        ("nodes.fit.inputs.rate", None, 0.5),
    ]


def test_move_keeps_the_record_and_names_both() -> None:
    tasks = {name: task for name, task in s.SHOP.tasks.items() if name != "load"}
    load = replace(s.LOAD, name="load-all")
    node = s.OUTER.node("load")
    outer = s.with_node(replace(node, body=replace(node.body, task="load-all")), s.OUTER)  # type: ignore[call-arg]
    move = Move(source=EntityId(Kind.TASK, "load"), target=EntityId(Kind.TASK, "load-all"))
    after = replace(s.with_workflow(outer), tasks={**tasks, "load-all": load}, moves=(move,))
    plan = s.plan_from(s.SHOP, after)
    moved, workflow = plan.changes
    assert (str(moved.entity), str(moved.previous), moved.action, moved.fields) == (
        "task/load-all",
        "task/load",
        "move",
        (),
    )
    assert (str(workflow.entity), workflow.action) == ("workflow/outer", "update")
    assert is_empty(s.plan_from(after, after))


def test_image_change_keeps_results_and_says_so() -> None:
    settings = TaskSettings(cache=CachePolicy(ignore=("verbose",)), image=Image(name="train", reference="a:v2"))
    plan = s.plan_from(s.SHOP, s.with_task(replace(s.FIT, settings=settings)))
    assert only(plan).recompute == "none"
    assert plan.warnings == (
        "the image of task/fit changed; its cached results are kept (cache: {include: [image]} would drop them)",
    )


def test_deprecated_task_is_warned_about_where_it_is_used() -> None:
    plan = s.plan_from(s.SHOP, s.with_task(replace(s.TELL, deprecated="use notify")))
    assert plan.warnings == ("workflow/train.route uses task/tell, which is deprecated: use notify",)


def test_uncached_task_is_always_computed() -> None:
    change = only(s.plan_from(s.SHOP, s.with_task(replace(s.LOAD, description="new"))))
    assert (change.recompute, change.reasons) == ("always", ("not cached",))


def test_one_entry_of_a_list_and_a_number_of_another_type() -> None:
    def with_default(value: object) -> Program:
        inputs = (*s.ALERT.interface.inputs, s.var("options", s.JSON, value))
        return s.with_task(replace(s.ALERT, interface=replace(s.ALERT.interface, inputs=inputs)))

    one = only(s.plan_from(with_default([{"a": 1}, {"a": 2}]), with_default([{"a": 1}, {"a": 3}])))
    assert [(each.path, each.before, each.after) for each in one.fields] == [
        ("interface.inputs.options.default.1.a", 2, 3),
    ]
    other = only(s.plan_from(with_default(1), with_default(True)))
    assert [(each.path, each.before, each.after) for each in other.fields] == [
        ("interface.inputs.options.default", 1, True),
    ]

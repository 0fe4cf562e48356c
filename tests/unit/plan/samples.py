"""A project in miniature for the tests of plans: tasks, a map, a switch, a sub-workflow, launch plans."""

from __future__ import annotations

from dataclasses import replace

from flyteops.model.digest import digest_of
from flyteops.model.entities import (
    CachePolicy,
    Case,
    Fail,
    GiveValue,
    Interface,
    LaunchPlan,
    MapCall,
    Node,
    Schedule,
    Switch,
    Task,
    TaskCall,
    TaskSettings,
    Variable,
    Workflow,
    WorkflowCall,
)
from flyteops.model.expressions import Compare, Constant, Lookup
from flyteops.model.ids import EntityId, Kind
from flyteops.model.literals import Literal
from flyteops.model.plan import NodeRecompute, Plan, TreeIdentity
from flyteops.model.program import Program
from flyteops.model.references import (
    Binding,
    Bound,
    InputRef,
    ListBinding,
    MapBinding,
    NodeRef,
    Referred,
    Static,
)
from flyteops.model.state import EntityRecord, Snapshot
from flyteops.model.types import FILE, FLOAT, INT, JSON, STR, EnumOf, ListOf, LiteralType, RecordField, RecordOf
from flyteops.model.wire import entity_digest, entity_wire
from flyteops.model.works import FunctionRef, FunctionWork
from flyteops.plan import make_plan

TREE = TreeIdentity(commit="c" * 40, files_digest="f" * 64)
CACHED = TaskSettings(cache=CachePolicy())
REGION = EnumOf(("eu", "us"))


def lit(of: LiteralType, value: object) -> Literal:
    return Literal(type=of, value=value)  # type: ignore[arg-type]


def static(of: LiteralType, value: object) -> Static:
    return Static(literal=lit(of, value))


def var(name: str, of: LiteralType, default: object = ...) -> Variable:
    if default is ...:
        return Variable(name=name, type=of)
    return Variable(name=name, type=of, required=False, default=lit(of, default))


def bound(name: str, of: LiteralType, binding: Binding) -> Bound:
    return Bound(name=name, type=of, binding=binding)


def from_input(name: str, of: LiteralType, *path: str | int) -> Referred:
    return Referred(to=InputRef(name, path), type=of)


def from_node(node: str, output: str, of: LiteralType, *path: str | int) -> Referred:
    return Referred(to=NodeRef(node, output, path), type=of)


def task(
    name: str,
    inputs: tuple[Variable, ...] = (),
    outputs: tuple[Variable, ...] = (),
    *,
    settings: TaskSettings = CACHED,
    code: str | None = None,
) -> Task:
    return Task(
        name=name,
        work=FunctionWork(
            function=FunctionRef(module="app", name=name), returns="value", code=code or digest_of("code", name)
        ),
        interface=Interface(inputs=inputs, outputs=outputs),
        settings=settings,
    )


def workflow(
    name: str, inputs: tuple[Variable, ...], nodes: tuple[Node, ...], outputs: tuple[Bound, ...] = ()
) -> Workflow:
    declared = tuple(Variable(name=each.name, type=each.type) for each in outputs)
    return Workflow(name=name, interface=Interface(inputs=inputs, outputs=declared), nodes=nodes, outputs=outputs)


def program(
    tasks: tuple[Task, ...], workflows: tuple[Workflow, ...] = (), launch_plans: tuple[LaunchPlan, ...] = ()
) -> Program:
    return Program(
        project="shop",
        domain="development",
        tasks={each.name: each for each in tasks},
        workflows={each.name: each for each in workflows},
        launch_plans={each.name: each for each in launch_plans},
    )


def snapshot_of(of: Program, *, generation: int = 1) -> Snapshot:
    entities = {
        entity: EntityRecord(digest=entity_digest(value), payload=entity_wire(value)) for entity, value in of.entities()
    }
    return Snapshot(
        lineage="lineage-1" if generation else "",
        project=of.project,
        domain=of.domain,
        generation=generation,
        entities=entities,
    )


NOTHING = Snapshot(lineage="", project="shop", domain="development", generation=0)

PREP = task("prep", (var("rows", INT), var("region", REGION)), (var("o0", FILE),))
FIT = task(
    "fit",
    (var("data", FILE), var("rate", FLOAT, 0.1), var("verbose", INT, 0)),
    (var("model", FILE), var("accuracy", FLOAT)),
    settings=TaskSettings(cache=CachePolicy(ignore=("verbose",))),
)
SCORE = task("score", (var("model", FILE), var("day", STR)), (var("o0", FLOAT),))
TELL = task("tell", (var("text", STR),), (var("o0", STR),))
LOAD = task("load", (), (var("o0", INT),), settings=TaskSettings())
ALERT = task("alert", (var("value", JSON),), (var("o0", STR),))

ROUTE = Switch(
    cases=(
        Case(
            when=Compare(
                operator=">=",
                left=Lookup(to=NodeRef("fit", "accuracy"), type=FLOAT),
                right=Constant(literal=lit(FLOAT, 0.9)),
            ),
            then=TaskCall(task="tell", inputs=(bound("text", STR, static(STR, "good")),)),
        ),
        Case(
            when=Compare(
                operator="==",
                left=Lookup(to=InputRef("region"), type=REGION),
                right=Constant(literal=lit(REGION, "us")),
            ),
            then=GiveValue(bound=bound("o0", STR, static(STR, "quiet"))),
        ),
    ),
    otherwise=Fail(message="too low"),
    outputs=(var("o0", STR),),
)

TRAIN = workflow(
    "train",
    (var("rows", INT, 100), var("region", REGION, "eu"), var("days", ListOf(STR), ["a", "b"])),
    (
        Node(
            name="fit",
            body=TaskCall(task="fit", inputs=(bound("data", FILE, from_node("prep", "o0", FILE)),)),
            outputs=FIT.interface.outputs,
        ),
        Node(
            name="prep",
            body=TaskCall(
                task="prep",
                inputs=(
                    bound("rows", INT, from_input("rows", INT)),
                    bound("region", REGION, from_input("region", REGION)),
                ),
            ),
            outputs=PREP.interface.outputs,
        ),
        Node(name="route", body=ROUTE, outputs=ROUTE.outputs),
        Node(
            name="scores",
            body=MapCall(
                callee="score",
                over=(bound("day", ListOf(STR), from_input("days", ListOf(STR))),),
                inputs=(bound("model", FILE, from_node("fit", "model", FILE)),),
            ),
            outputs=(var("o0", ListOf(FLOAT)),),
        ),
    ),
    (bound("model", FILE, from_node("fit", "model", FILE)),),
)

REQUEST = RecordOf((RecordField("city", STR), RecordField("limit", INT, required=False)), "Request")

OUTER = workflow(
    "outer",
    (var("rows", INT), var("request", REQUEST, {"city": "Kiel", "limit": 3})),
    (
        Node(
            name="all",
            body=WorkflowCall(workflow="train", inputs=(bound("rows", INT, from_input("rows", INT)),)),
            outputs=TRAIN.interface.outputs,
        ),
        Node(
            name="alert",
            body=TaskCall(
                task="alert",
                inputs=(
                    bound(
                        "value",
                        JSON,
                        MapBinding(
                            entries=(
                                ("where", from_input("request", STR, "city")),
                                ("pair", ListBinding(items=(static(INT, 1), from_node("load", "o0", INT)), type=JSON)),
                            ),
                            type=JSON,
                        ),
                    ),
                ),
            ),
            outputs=ALERT.interface.outputs,
            after=("all",),
        ),
        Node(name="load", body=TaskCall(task="load", inputs=()), outputs=LOAD.interface.outputs),
    ),
)

NIGHTLY = LaunchPlan(
    name="nightly",
    workflow="train",
    default_inputs=(("rows", lit(INT, 200)),),
    fixed_inputs=(("region", lit(REGION, "us")),),
    schedule=Schedule(cron="0 2 * * *"),
)

SHOP = program((PREP, FIT, SCORE, TELL, LOAD, ALERT), (TRAIN, OUTER), (NIGHTLY,))


def with_task(changed: Task, of: Program = SHOP) -> Program:
    return replace(of, tasks={**of.tasks, changed.name: changed})


def with_workflow(changed: Workflow, of: Program = SHOP) -> Program:
    return replace(of, workflows={**of.workflows, changed.name: changed})


def with_launch_plan(changed: LaunchPlan, of: Program = SHOP) -> Program:
    return replace(of, launch_plans={**of.launch_plans, changed.name: changed})


def with_node(changed: Node, of: Workflow = TRAIN) -> Workflow:
    kept = [node for node in of.nodes if node.name != changed.name]
    return replace(of, nodes=tuple(sorted((*kept, changed), key=lambda each: each.name)))


def plan_from(before: Program, after: Program) -> Plan:
    return make_plan(after, snapshot_of(before), tree=TREE)


def outcomes(plan: Plan, workflow: str = "train", *, launch_plan: str | None = None) -> dict[str, str]:
    """What is not `none`, by node."""
    return {row.node: row.outcome for row in rows(plan, workflow, launch_plan=launch_plan) if row.outcome != "none"}


def reasons(plan: Plan, node: str, workflow: str = "train", *, launch_plan: str | None = None) -> tuple[str, ...]:
    return next(row.reasons for row in rows(plan, workflow, launch_plan=launch_plan) if row.node == node)


def rows(plan: Plan, workflow: str, *, launch_plan: str | None = None) -> list[NodeRecompute]:
    return [row for row in plan.nodes if row.workflow == workflow and row.launch_plan == launch_plan]


def change(plan: Plan, kind: Kind, name: str) -> object:
    return next(each for each in plan.changes if each.entity == EntityId(kind, name))


def recoded(task: Task, code: str) -> Task:
    """The task with other code."""
    return replace(task, work=replace(task.work, code=code))  # type: ignore[call-arg]

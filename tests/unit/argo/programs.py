"""A program with one of everything, built from the nouns: what the tests of this room are made with."""

from __future__ import annotations

from flyteops.argo import CodeBundle, Interruptible, RunnerInstall, Target
from flyteops.model.entities import (
    Amount,
    Backoff,
    CachePolicy,
    Case,
    Fail,
    GiveValue,
    Image,
    Interface,
    LaunchPlan,
    MapCall,
    Node,
    Resources,
    Retries,
    Schedule,
    Switch,
    Task,
    TaskCall,
    TaskSettings,
    Timeout,
    Toleration,
    Variable,
    Workflow,
    WorkflowCall,
)
from flyteops.model.expressions import Compare, Constant, Lookup
from flyteops.model.literals import Literal
from flyteops.model.program import Program
from flyteops.model.references import Bound, InputRef, NodeRef, Referred, Static
from flyteops.model.types import FLOAT, INT, STR, ListOf, LiteralType
from flyteops.model.works import FunctionRef, FunctionWork

PINNED = "a" * 64
TARGET = Target(
    namespace="churn-production",
    store="s3://acme-flyteops/production",
    default_image="ghcr.io/acme/base:v7",
    runner=RunnerInstall(image=f"ghcr.io/acme/runner@sha256:{PINNED}"),
    code=CodeBundle(
        uri="s3://acme-flyteops/production/code/abc.tar.gz",
        image=f"ghcr.io/acme/fetch@sha256:{PINNED}",
        command=("fetch",),
    ),
    interruptible=Interruptible(
        selector=(("spot", "true"),), tolerations=(Toleration(key="spot", operator="Exists", effect="NoSchedule"),)
    ),
)


def var(name: str, of: LiteralType = INT) -> Variable:
    return Variable(name=name, type=of)


def task(name: str, inputs: tuple[Variable, ...] = (), outputs: tuple[Variable, ...] = (), **more: object) -> Task:
    settings = more.pop("settings", TaskSettings())
    return Task(
        name=name,
        work=FunctionWork(
            function=FunctionRef(module="churn.steps", name=name.replace("-", "_")),
            returns="value" if len(outputs) == 1 else "tuple" if outputs else "none",
            code="c" * 64,
        ),
        interface=Interface(inputs=inputs, outputs=outputs),
        settings=settings,  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )


def given(name: str, of: LiteralType = INT, *, to: str | None = None) -> Bound:
    return Bound(name=to or name, type=of, binding=Referred(to=InputRef(name), type=of))


def out(node: str, output: str, of: LiteralType = INT, *, to: str | None = None) -> Bound:
    return Bound(name=to or output, type=of, binding=Referred(to=NodeRef(node, output), type=of))


def said(name: str, value: object, of: LiteralType = STR) -> Bound:
    return Bound(name=name, type=of, binding=Static(literal=Literal(type=of, value=value)))  # type: ignore[arg-type]


GPU = TaskSettings(
    resources=Resources(
        cpu=Amount(request="8", limit=None),
        memory=Amount(request="64Gi", limit="64Gi"),
        gpu=1,
        accelerator="nvidia-tesla-a100",
        shared_memory="8Gi",
        priority="training",
        node_selector=(("pool", "gpu"),),
    ),
    image=Image(name="train", registry="ghcr.io/acme", python="3.12", digest=f"sha256:{'b' * 64}"),
    retries=Retries(limit=3, backoff=Backoff(initial_s=10, factor=2, max_s=300), never=("ValueError",)),
    timeout=Timeout(run_s=7200, queued_s=21600, total_s=43200),
    interruptible=True,
    env=(("OMP_NUM_THREADS", "8"), ("GREETING", "{{workflow.name}} costs $5 $(HOME) {{{x")),
)
PREP = task(
    "prep",
    (var("rows"),),
    (var("o0"),),
    settings=TaskSettings(
        resources=Resources(cpu=Amount(request="500m", limit=None), memory=Amount(request="512Mi", limit="512Mi")),
        cache=CachePolicy(),
    ),
)
FIT = task(
    "fit", (var("data"),), (var("model"), var("accuracy", FLOAT)), settings=GPU, labels=(("team", "growth"),),
    annotations=(("example.com/note", "for {ops}"),), service_account="churn",
)  # fmt: skip
SCORE = task(
    "score",
    (var("model"), var("day")),
    (var("o0", FLOAT),),
    settings=TaskSettings(cache=CachePolicy(version="2"), retries=Retries(limit=1)),
)
TELL = task("tell", (var("text", STR),), (), settings=TaskSettings(image=Image(name="x", reference="docker.io/x/y:1")))


def above(node: str, output: str, limit: float) -> Compare:
    return Compare(
        operator=">=",
        left=Lookup(to=NodeRef(node, output), type=FLOAT),
        right=Constant(literal=Literal(type=FLOAT, value=limit)),
    )


PREPARE = Workflow(
    name="prepare",
    interface=Interface(inputs=(var("rows"),), outputs=(var("data"),)),
    nodes=(Node(name="prep", body=TaskCall(task="prep", inputs=(given("rows"),)), outputs=(var("o0"),)),),
    outputs=(out("prep", "o0", to="data"),),
)
TRAIN = Workflow(
    name="train",
    description="Nightly {{model}}",
    interface=Interface(
        inputs=(var("rows"), var("days", ListOf(INT)), var("started", STR)), outputs=(var("model"), var("verdict"))
    ),
    nodes=(
        Node(name="done", body=TaskCall(task="tell", inputs=(said("text", "{{=1+1}} done"),)), outputs=(),
             after=("route", "scores")),
        Node(name="fit", body=TaskCall(task="fit", inputs=(out("sub", "data"),)),
             outputs=(var("model"), var("accuracy", FLOAT))),
        Node(name="quick", body=TaskCall(task="prep", inputs=(given("rows"),),
                                         settings=TaskSettings(retries=Retries(limit=2))), outputs=(var("o0"),)),
        Node(name="route", outputs=(var("o0"),), body=Switch(
            cases=(
                Case(when=above("fit", "accuracy", 0.9), then=TaskCall(task="prep", inputs=(said("rows", 1, INT),))),
                Case(when=above("fit", "accuracy", 0.5), then=Switch(
                    cases=(Case(when=above("fit", "accuracy", 0.7),
                                then=WorkflowCall(workflow="prepare", inputs=(out("fit", "model", to="rows"),))),),
                    otherwise=GiveValue(bound=out("quick", "o0")), outputs=(var("o0"),),
                )),
            ),
            otherwise=Fail(message="accuracy is too low; {{workflow.name}}"),
            outputs=(var("o0"),),
        )),
        Node(name="scores", outputs=(var("o0", ListOf(FLOAT)),), body=MapCall(
            callee="score", over=(given("days", ListOf(INT), to="day"),), inputs=(out("fit", "model"),),
            concurrency=10, min_success_ratio=0.9)),
        Node(name="sub", body=WorkflowCall(workflow="prepare", inputs=(given("rows"),)), outputs=(var("data"),)),
    ),
    outputs=(out("fit", "model"), out("route", "o0", to="verdict")),
)  # fmt: skip
NIGHTLY = LaunchPlan(
    name="nightly",
    workflow="train",
    default_inputs=(("rows", Literal(type=INT, value=200_000)),),
    fixed_inputs=(("days", Literal(type=ListOf(INT), value=[1, 2, 3])),),
    schedule=Schedule(
        cron="0 2 * * 1-7", timezone="Europe/Berlin", catchup="last", overlap="forbid", kickoff_time_input="started"
    ),
    max_parallelism=25,
    labels=(("team", "growth"),),
    annotations=(("example.com/hint", "{{not read}} by 'the' \"engine\"\n# no comment"),),
    service_account="churn-nightly",
)
HELLO = Workflow(
    name="hello",
    interface=Interface(),
    nodes=(Node(name="greet", body=TaskCall(task="tell", inputs=(said("text", "hi"),)), outputs=()),),
    outputs=(),
    failure_policy="after_executable_nodes",
)


def program_of(*entities: Task | Workflow | LaunchPlan, **more: object) -> Program:
    return Program(
        project="churn",
        domain="production",
        tasks={each.name: each for each in entities if isinstance(each, Task)},
        workflows={each.name: each for each in entities if isinstance(each, Workflow)},
        launch_plans={each.name: each for each in entities if isinstance(each, LaunchPlan)},
        **more,  # type: ignore[arg-type]
    )


PROGRAM = program_of(PREP, FIT, SCORE, TELL, PREPARE, TRAIN, HELLO, NIGHTLY)


def many(count: int, *, chained: bool = False) -> Program:
    """A workflow of so many tasks, side by side or in a chain."""
    unit = task("unit", (var("x"),), (var("o0"),))
    first = Bound(name="x", type=INT, binding=Static(literal=Literal(type=INT, value=0)))
    nodes = tuple(
        Node(
            name=f"n{index:05}",
            body=TaskCall(task="unit", inputs=(out(f"n{index - 1:05}", "o0", to="x") if chained and index else first,)),
            outputs=(var("o0"),),
        )
        for index in range(count)
    )
    return program_of(unit, Workflow(name="wide", interface=Interface(), nodes=nodes, outputs=()))

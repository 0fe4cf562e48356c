"""Golden digests: these pin the wire forms. A digest that changes here needs a new wire version, not a new golden."""

from dataclasses import replace

from flyteops.model.digest import canonical, digest_of
from flyteops.model.entities import (
    Amount,
    CachePolicy,
    Interface,
    LaunchPlan,
    Node,
    Resources,
    Schedule,
    Task,
    TaskCall,
    TaskSettings,
    Variable,
    Workflow,
)
from flyteops.model.literals import Literal, value_digest
from flyteops.model.references import Bound, InputRef, NodeRef, Referred
from flyteops.model.types import FLOAT, INT
from flyteops.model.wire import entity_digest, entity_wire, interface_key
from flyteops.model.works import FunctionRef, FunctionWork

TASK = Task(
    name="fit",
    work=FunctionWork(function=FunctionRef(module="churn.model", name="fit"), returns="value", code="c0de"),
    interface=Interface(
        inputs=(
            Variable(name="rows", type=INT, required=False, default=Literal(type=INT, value=3), description="how many"),
        ),
        outputs=(Variable(name="o0", type=FLOAT),),
    ),
    settings=TaskSettings(
        resources=Resources(gpu=1, memory=Amount(request="8Gi", limit="8Gi")), cache=CachePolicy(version="3")
    ),
)
ROWS = Bound(name="rows", type=INT, binding=Referred(to=InputRef("rows"), type=INT))
WORKFLOW = Workflow(
    name="train",
    interface=Interface(inputs=(Variable(name="rows", type=INT),), outputs=(Variable(name="o0", type=FLOAT),)),
    nodes=(Node(name="fit", body=TaskCall(task="fit", inputs=(ROWS,)), outputs=TASK.interface.outputs),),
    outputs=(Bound(name="o0", type=FLOAT, binding=Referred(to=NodeRef("fit", "o0"), type=FLOAT)),),
)
PLAN = LaunchPlan(
    name="nightly",
    workflow="train",
    fixed_inputs=(("rows", Literal(type=INT, value=7)),),
    schedule=Schedule(cron="0 2 * * *", timezone="Europe/Berlin"),
)


def test_golden_digests():
    assert {type(each).__name__: entity_digest(each) for each in (TASK, WORKFLOW, PLAN)} == GOLDEN


def test_a_task_s_wire_form_leaves_out_what_says_nothing():
    assert entity_wire(TASK) == {
        "name": "fit",
        "function": "churn.model:fit",
        "interface": {
            "inputs": [
                [
                    "rows",
                    {
                        "type": "int",
                        "description": "how many",
                        "required": False,
                        "default": {"type": "int", "value": 3},
                    },
                ]
            ],
            "outputs": [["o0", {"type": "float"}]],
        },
        "returns": "value",
        "code": "c0de",
        "settings": {
            "resources": {"memory": {"request": "8Gi", "limit": "8Gi"}, "gpu": 1},
            "cache": {"version": "3"},
        },
    }


def test_an_interface_key_knows_names_and_types_only():
    described = replace(TASK.interface.inputs[0], description="something else", required=True, default=None)
    other = replace(TASK.interface, inputs=(described,))
    assert interface_key(other) == interface_key(TASK.interface)
    renamed = replace(TASK.interface, inputs=(replace(described, name="lines"),))
    assert interface_key(renamed) != interface_key(TASK.interface)


def test_the_same_bytes_elsewhere_are_the_same_value():
    here = {"$blob": {"uri": "file:///a", "sha256": "ab", "size": 1, "format": ""}}
    there = {"$blob": {"uri": "s3://b/c", "sha256": "ab", "size": 1, "format": ""}}
    assert value_digest({"file": ""}, here) == value_digest({"file": ""}, there)
    assert value_digest({"list": {"file": ""}}, [here]) == value_digest({"list": {"file": ""}}, [there])
    assert value_digest("int", 1) != value_digest("float", 1)


def test_canonical_bytes():
    assert canonical({"b": [1, 2.5, None], "a": "é"}) == '{"a":"é","b":[1,2.5,null]}'.encode()
    assert digest_of("x", 1) != digest_of("x", "1")


GOLDEN = {
    "Task": "c9d285295ddee4f3d2841a6ef0efe90320263235aff8ed2b6003c5a44b92b528",
    "Workflow": "3c75c23e34ca3d9bf12bc76d7a54c5f68215541b15ab44e0d13400245d13747a",
    "LaunchPlan": "02f12e0cf677e932b6a422c67e7f649a370e718e8dc8de87f891d49547078637",
}

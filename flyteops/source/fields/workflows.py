"""Workflows, their nodes, and the bodies of a switch."""

from __future__ import annotations

from flyteops.source.fields.profiles import LIKE
from flyteops.source.fields.tasks import FAILURE_POLICY, INPUTS, OVERRIDES
from flyteops.source.shapes import AnyValue, Either, Field, ListOf, MapOf, Number, Table, Text

BINDINGS = Either(
    sequence=ListOf(item=Text(rule="identifier")),
    mapping=MapOf(value=AnyValue(), key="identifier", what="input"),
    named=True,
)
_LATER_KINDS = {
    "launch_plan": Field(shape=Text(), description="A run of its own.", later="launch plans as nodes"),
    "sleep": Field(shape=Text(), description="Waits for a while.", later="sleep nodes"),
    "approve": Field(shape=AnyValue(), description="Waits for consent.", later="approve nodes"),
    "wait_for_input": Field(shape=AnyValue(), description="Waits for a value.", later="wait_for_input nodes"),
}
_CALLS: dict[str, Field] = {
    "task": Field(
        shape=Text(rule="task"),
        description="Name of a task, or module:function for one without options.",
        example="prep",
    ),
    "workflow": Field(shape=Text(rule="entity"), description="A workflow that runs inside this run.", example="train"),
    "map": Field(
        shape=Either(
            scalar=Text(rule="task"),
            mapping=Table(
                what="map",
                fields={
                    "workflow": Field(shape=Text(), description="A workflow per item.", later="maps of workflows"),
                    "launch_plan": Field(shape=Text(), description="A run per item.", later="maps of launch plans"),
                },
            ),
        ),
        description="The task that runs once per item of the lists in over.",
        example="churn.model:score",
    ),
    "over": Field(
        shape=MapOf(value=AnyValue(), key="identifier", what="input"),
        description="Inputs fed from lists, walked in step; _ only counts.",
        example="{day: $inputs.days}",
    ),
    "inputs": Field(
        shape=BINDINGS,
        description="Values and references by input, or a list of workflow inputs of the same names.",
        example="{data: $prep}",
    ),
    "concurrency": Field(shape=Number(least=1), description="Items at once.", example="10"),
    "min_success_ratio": Field(
        shape=Number(whole=False, most=1), description="Share of the items that must succeed.", example="0.9"
    ),
    "min_successes": Field(shape=Number(), description="Count of the items that must succeed.", example="9"),
    "overrides": Field(
        shape=OVERRIDES, description="Options of the task for this node.", example="{resources: {memory: 96Gi}}"
    ),
    **_LATER_KINDS,
}
_ONLY = {
    "over": ("map",),
    "concurrency": ("map",),
    "min_success_ratio": ("map",),
    "min_successes": ("map",),
    "overrides": ("task", "map"),
    "inputs": ("task", "workflow", "map", "launch_plan"),
}
_FLYTE = {
    "depends_on": "after", "dependencies": "after", "needs": "after", "upstream": "after", "runs_after": "after",
    "with": "inputs", "args": "inputs", "arguments": "inputs", "parameters": "inputs", "params": "inputs",
    "map_task": "map", "foreach": "map, with over:", "withItems": "map, with over:", "with_items": "map, with over:",
    "items": "over", "when": "switch: [{when: …, then: …}, {else: …}]", "if": "switch: [{when: …, then: …}, {else: …}]",
    "subworkflow": "workflow", "function": "task: module:function", "template": "task",
    "retries": "overrides: {retries: …}", "resources": "overrides: {resources: …}",
    "timeout": "overrides: {timeout: …}", "cache": "overrides: {cache: …}", "image": "overrides: {image: …}",
    "env": "overrides: {env: …}", "interruptible": "overrides: {interruptible: …}",
    "outputs": "outputs on the task: tasks.NAME.outputs", "branch": "switch", "cases": "switch",
}  # fmt: skip
_APART = (("min_success_ratio", "min_successes"),)
_NEEDS = {"map": ("over",)}

# A case may hold a switch again: the table is filled after it exists.
_case_fields: dict[str, Field] = {}
CASE_BODY = Table(
    what="body of a case",
    fields=_case_fields,
    kinds=("task", "workflow", "map", "switch", "value", "fail", *_LATER_KINDS),
    only=_ONLY,
    apart=_APART,
    needs=_NEEDS,
    foreign=_FLYTE,
)
CASE = Table(
    what="case",
    fields={
        "when": Field(
            shape=Text(), description="A condition over references.", example='"$fit.accuracy > 0.5"'
        ),
        "then": Field(shape=CASE_BODY, description="What runs when the condition holds.", example="{task: tell}"),
        "else": Field(shape=CASE_BODY, description="What runs when none holds.", example="{fail: too low}"),
    },
    kinds=("when", "else"),
    only={"then": ("when",)},
    needs={"when": ("then",)},
    foreign={"if": "when", "condition": "when", "do": "then", "otherwise": "else", "default": "else"},
)  # fmt: skip
SWITCH = Field(
    shape=ListOf(item=CASE, least=2),
    description="The first case whose condition holds; the last one is {else: …}.",
    example="[{when: $a.ok, then: {task: tell}}, {else: {fail: no}}]",
)
_case_fields.update(
    {
        **_CALLS,
        "switch": SWITCH,
        "value": Field(shape=AnyValue(), description="A value, without running anything.", example="$fit.model"),
        "fail": Field(shape=Text(), description="The node fails with this message.", example="accuracy is too low"),
    }
)
NODE = Table(
    what="node",
    fields={
        **_CALLS,
        "switch": SWITCH,
        "after": Field(
            shape=ListOf(item=Text(rule="node")),
            description="Nodes that must have succeeded before, beyond those referred to.",
            example="[scores]",
        ),
    },
    kinds=("task", "workflow", "map", "switch", *_LATER_KINDS),
    only=_ONLY,
    apart=_APART,
    needs=_NEEDS,
    foreign=_FLYTE,
)

WORKFLOW = Table(
    what="workflow",
    fields={
        "description": Field(shape=Text(), description="What it does."),
        "inputs": Field(
            shape=INPUTS,
            description="Typed inputs: name: TYPE, name: TYPE = LITERAL, or a map.",
            example="{rows: int = 100000}",
        ),
        "nodes": Field(
            shape=MapOf(value=NODE, key="node", what="node", unlike=True),
            description="The steps, by name; their order in the file has no meaning.",
        ),
        "outputs": Field(
            shape=Either(
                scalar=Text(rule="reference"),
                mapping=MapOf(value=AnyValue(), key="identifier", what="output"),
                single="o0",
            ),
            description="Values and references by output; one reference alone is output o0.",
            example="{model: $fit.model}",
        ),
        "failure_policy": Field(
            shape=FAILURE_POLICY,
            description="Whether the rest still runs after a failure.",
            example="immediately",
        ),
        "like": LIKE,
        "on_failure": Field(shape=AnyValue(), description="A node that runs after a failure.", later="on_failure"),
    },
    foreign={
        "steps": "nodes", "tasks": "nodes", "dag": "nodes", "jobs": "nodes", "schedule": "launch_plans, with schedule:",
        "params": "inputs", "parameters": "inputs", "returns": "outputs", "output": "outputs", "input": "inputs",
        "onExit": "on_failure", "retries": "retries on a task, or overrides on a node",
    },
)  # fmt: skip

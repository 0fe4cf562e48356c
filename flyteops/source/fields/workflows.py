"""Workflows, their nodes, and the bodies of a switch."""

from __future__ import annotations

from flyteops.source.fields.profiles import LIKE
from flyteops.source.fields.tasks import FAILURE_POLICY, INPUTS, OVERRIDES
from flyteops.source.shapes import AnyValue, Duration, Either, Field, ListOf, MapOf, Number, Table, Text

BINDINGS = Either(
    sequence=ListOf(item=Text(rule="identifier")),
    mapping=MapOf(value=AnyValue(), key="identifier", what="input"),
    named=True,
)
TIMEOUT = Field(shape=Duration(), description="How long it waits at most; then the node fails.", example="2h")
PROMPT = Field(shape=Text(), description="What is asked.", example='"Publish?"')
_WAITS: dict[str, Field] = {
    "sleep": Field(shape=Duration(), description="Waits for a while.", example="10m"),
    "approve": Field(
        shape=Table(
            what="approve",
            fields={
                "value": Field(
                    shape=AnyValue(), description="What is shown, and handed on as the output value.", example="$report"
                ),
                "prompt": PROMPT,
                "timeout": TIMEOUT,
            },
            foreign={"input": "value", "message": "prompt", "description": "prompt"},
        ),
        description="Waits until somebody consents.",
        example='{value: $report, prompt: "Publish?", timeout: 2h}',
    ),
    "wait_for_input": Field(
        shape=Table(
            what="wait_for_input",
            fields={
                "type": Field(
                    shape=Either(scalar=Text(), mapping=AnyValue()), description="The type of the value.", example="int"
                ),
                "prompt": PROMPT,
                "timeout": TIMEOUT,
            },
            required=("type",),
            foreign={"expected_type": "type", "message": "prompt", "description": "prompt"},
        ),
        description="Waits until somebody gives a value: its output value.",
        example='{type: int, prompt: "How many?"}',
    ),
}
_CALLS: dict[str, Field] = {
    "task": Field(
        shape=Text(rule="task"),
        description="Name of a task, or module:function for one without options.",
        example="prep",
    ),
    "workflow": Field(shape=Text(rule="entity"), description="A workflow that runs inside this run.", example="train"),
    "launch_plan": Field(
        shape=Text(rule="entity"),
        description="A launch plan that is launched: a run of its own. Each workflow has one of its name.",
        example="nightly",
    ),
    "map": Field(
        shape=Either(
            scalar=Text(rule="task"),
            mapping=Table(
                what="map",
                fields={
                    "workflow": Field(
                        shape=Text(rule="entity"), description="A workflow, as a run of its own an item."
                    ),
                    "launch_plan": Field(shape=Text(rule="entity"), description="A launch plan, launched an item."),
                },
                kinds=("workflow", "launch_plan"),
                foreign={"task": "map: NAME, for a task"},
            ),
        ),
        description="The task, workflow or launch plan that runs once per item of the lists in over.",
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
    **_WAITS,
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
    kinds=("task", "workflow", "launch_plan", "map", "switch", *_WAITS, "value", "fail"),
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
    shape=ListOf(item=CASE),
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
    kinds=("task", "workflow", "launch_plan", "map", "switch", *_WAITS),
    only=_ONLY,
    apart=_APART,
    needs=_NEEDS,
    foreign=_FLYTE,
)
HANDLER = Table(
    what="on_failure",
    fields={name: _CALLS[name] for name in ("task", "workflow", "launch_plan", "inputs", "overrides")},
    kinds=("task", "workflow", "launch_plan"),
    only={"overrides": ("task",)},
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
        "on_failure": Field(
            shape=HANDLER,
            description="What runs after a failure, when the other nodes are over; it refers to $inputs and $error.",
            example="{task: tell, inputs: {text: $error.message}}",
        ),
    },
    foreign={
        "steps": "nodes", "tasks": "nodes", "dag": "nodes", "jobs": "nodes", "schedule": "launch_plans, with schedule:",
        "params": "inputs", "parameters": "inputs", "returns": "outputs", "output": "outputs", "input": "inputs",
        "onExit": "on_failure", "retries": "retries on a task, or overrides on a node",
    },
)  # fmt: skip

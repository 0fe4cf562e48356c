"""Graphs that dynamic tasks return: checked as declarations are, each fault with its path into the graph."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flyteops.compile import GraphReader, graph_reader
from flyteops.compile.returned_graph import MOST_FAULTS
from flyteops.execution.graph import graph_of_workflow
from flyteops.execution.steps import RunTask
from flyteops.model.entities import Workflow
from flyteops.model.errors import InvalidProject
from flyteops.model.references import Static
from tests.unit.compile.project import HandWritten, manifests, program

PROJECT = """
tasks:
  plan:
    dynamic: m:prep
    fixed_inputs: {region: eu}
    outputs: {sum: int, all: "list[int]"}
  one:
    dynamic: m:prep
    outputs: {sum: int}
workflows:
  twice:
    inputs: {a: int}
    nodes:
      add: {task: "m:add", inputs: {a: $inputs.a, b: $inputs.a}}
    outputs: {b: $add}
"""


def reader() -> GraphReader:
    return graph_reader(
        project="churn",
        domain="development",
        domains=("development",),
        manifests=manifests({"p.yaml": PROJECT}),
        project_defaults=None,
        python=HandWritten(),
        default_image=None,
    )


def returned(graph: Any, *, task: str = "plan") -> Workflow:
    return reader().read(program(PROJECT).tasks[task], json.dumps(graph).encode())[1]


def faults(graph: Any, *, task: str = "plan") -> list[str]:
    with pytest.raises(InvalidProject) as found:
        returned(graph, task=task)
    head = f"task/{task} returned a graph with a fault"
    told = [(each.code, each.message, each.help) for each in found.value.diagnostics]
    assert all(message.startswith(head) for _, message, _ in told)
    return [f"{code}{message.removeprefix(head)} | {help_}" for code, message, help_ in told]


def test_a_graph_refers_to_the_inputs_of_its_task() -> None:
    graph = {
        "nodes": {
            "add": {"task": "m:add", "inputs": {"a": "$inputs.rows", "b": 2}},
            "twice": {"workflow": "twice", "inputs": {"a": "$add"}},
            "route": {
                "switch": [
                    {"when": '$inputs.region == "eu"', "then": {"task": "m:number"}},
                    {"else": {"value": "$add"}},
                ]
            },
        },
        "outputs": {"sum": "$route", "all": ["$add", "$twice.b", 7]},
    }
    grown, workflow = reader().read(program(PROJECT).tasks["plan"], json.dumps(graph).encode())
    steps = graph_of_workflow(grown, workflow).steps
    assert sorted(steps) == ["add", "route", "route.case0", "route.when", "twice.add"]
    work = steps["add"].work
    assert isinstance(work, RunTask)
    assert [(each.name, isinstance(each.binding, Static)) for each in work.inputs] == [("a", False), ("b", True)]
    assert [each.name for each in workflow.interface.inputs] == ["rows", "region"]
    assert [each.name for each in workflow.outputs] == ["sum", "all"]


def test_the_only_output_needs_no_name() -> None:
    graph = {"nodes": {"a": {"task": "m:number"}}, "outputs": "$a"}
    assert [each.name for each in returned(graph, task="one").outputs] == ["sum"]


ADD = {"task": "m:add", "inputs": {"a": 1, "b": 2}}
GIVEN = {"sum": "$a", "all": ["$a"]}
REFUSED: list[tuple[Any, list[str]]] = [
    (
        {"nodes": {"a": {"task": "m:add", "inputs": {"a": "x", "b": 2}}}, "outputs": GIVEN},
        [
            (
                'FO250, at nodes.a.inputs.a: the input "a" of task m:add must be int, not the text "x" (the text "x")'
                " | write a whole number such as 3"
            )
        ],
    ),
    (
        {"nodes": {"a": ADD}, "outputs": {"sum": "$b", "all": ["$a"]}},
        ['FO202, at outputs.sum: there is no node "b" | nodes: a'],
    ),
    (
        {"nodes": {"a": ADD}, "outputs": {"sum": "$a"}},
        [
            (
                'FO353, at outputs: the graph does not give the output "all" (all: list[int] is declared)'
                " | add outputs: {all: $node}"
            )
        ],
    ),
    (
        {"nodes": {"a": ADD}, "outputs": {**GIVEN, "more": "$a"}},
        ['FO353, at outputs.more: the task declares no output "more" | outputs: all, sum'],
    ),
    (
        {"nodes": {"a": {**ADD, "after": ["a"]}}, "outputs": GIVEN},
        ['FO214, at nodes.a.after.0: the node "a" waits for itself (a waits for a) | take one of the references away'],
    ),
    ({"outputs": GIVEN}, ['FO318: "graph" needs "nodes" (nodes: is missing) | add nodes: …']),
    (
        {"nodes": {"a": {**ADD, "task": "m:nothing"}}, "outputs": {"sum": 1, "all": [1]}},
        ["FO401, at nodes.a.task: no function m:nothing | "],
    ),
    (
        {"nodes": {"Bad": ADD}, "outputs": {"sum": 1, "all": [1]}},
        [
            (
                'FO307, at nodes.Bad: "Bad" may not stand here (not a name of a node)'
                " | a Python identifier that begins with a small letter or _, at most 63: bad"
            )
        ],
    ),
]


@pytest.mark.parametrize(("graph", "expected"), REFUSED)
def test_a_fault_has_a_path_into_the_graph(graph: Any, expected: list[str]) -> None:
    assert faults(graph) == expected


def test_a_graph_is_bounded() -> None:
    nodes = {f"n{number}": {"task": "m:number"} for number in range(2_001)}
    assert faults({"nodes": nodes, "outputs": GIVEN}) == [
        "FO353, at nodes: a graph of 2,001 nodes is too large: at most 2,000 | let one node with map: walk a list"
    ]


def test_one_mistake_in_a_loop_is_told_soon() -> None:
    nodes = {f"n{number}": {"task": "m:add", "inputs": {"a": "x", "b": 2}} for number in range(2_000)}
    assert len(faults({"nodes": nodes, "outputs": GIVEN})) == MOST_FAULTS


def test_a_reader_reads_many_graphs() -> None:
    reading, task = reader(), program(PROJECT).tasks["one"]
    for number in range(3):
        _, workflow = reading.read(task, json.dumps({"nodes": {"a": ADD}, "outputs": {"sum": number}}).encode())
        assert [node.name for node in workflow.nodes] == ["a"]
        with pytest.raises(InvalidProject):
            reading.read(task, b'{"nodes": {"a": {"task": "none"}}, "outputs": {"sum": 1}}')

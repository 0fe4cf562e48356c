"""Artifacts and queries: what they compile to, also where only a layer makes them whole."""

from __future__ import annotations

import pytest

from flyteops.execution.artifacts import publications, queries_of
from flyteops.model.artifacts import Artifact, ArtifactQuery, Partition, TimePartition, Trigger, artifact_wire
from flyteops.model.errors import InvalidProject
from flyteops.model.wire import entity_digest, launch_plan_wire, variable_wire
from tests.unit.compile.project import program

FLOW = """
workflows:
  train:
    inputs: {rows: int = 1, region: 'enum["eu", "us"] = "eu"', at: datetime | None = null, day: date = 2026-01-31}
    nodes:
      add: {task: "m:add", inputs: {a: $inputs.rows, b: 1}}
    outputs: {sum: $add}
  report:
    inputs:
      total: {type: int, default: {artifact: sum, partitions: {region: eu}}, description: Of all rows}
      text: str = "x"
    nodes:
      tell: {task: "m:tell", inputs: [text]}
artifacts:
  sum:
    from: workflow/train.sum
    partitions: {region: $inputs.region, day: $inputs.day, kind: $$small}
    time_partition: hour
    description: A sum
"""
QUERY = ArtifactQuery(artifact="sum", partitions=(("region", "eu"),))


def test_an_artifact() -> None:
    found = program(FLOW).artifacts["sum"]
    assert found == Artifact(
        name="sum",
        workflow="train",
        output="sum",
        partitions=(
            Partition(key="day", input="day"),
            Partition(key="kind", value="$small"),
            Partition(key="region", input="region"),
        ),
        time=TimePartition(granularity="hour"),
        description="A sum",
    )
    assert artifact_wire(found) == {
        "name": "sum",
        "from": "workflow/train.sum",
        "partitions": {"day": "$inputs.day", "kind": "$$small", "region": "$inputs.region"},
        "time_partition": {"granularity": "hour"},
        "description": "A sum",
    }
    assert entity_digest(found) == "4355b851dc46668bce8ea67afbfc365333e81ee1cf61cf887a9308fa6c40ad4d"


def test_the_only_output_needs_no_name_and_an_overlay_may_change_a_part() -> None:
    over = "domain: production\nartifacts:\n  sum: {partitions: {day: null, kind: large}, time_partition: null}\n"
    files = {"a.yaml": FLOW.replace("train.sum", "train"), "b.yaml": over}
    found = program(files=files, domain="production").artifacts["sum"]
    assert found.output == "sum"
    assert [each.key for each in found.partitions] == ["kind", "region"]
    assert found.time is None


def test_a_query_as_the_default_of_an_input() -> None:
    whole = program(FLOW)
    text, total = whole.workflows["report"].interface.inputs
    assert (total.required, total.default, total.query, total.description) == (False, None, QUERY, "Of all rows")
    assert variable_wire(total)["query"] == {"artifact": "sum", "partitions": {"region": "eu"}}
    assert "query" not in variable_wire(text)


PLANS = """
launch_plans:
  own: {workflow: report, default_inputs: {total: {artifact: sum}}}
  given: {workflow: report, default_inputs: {total: 3}}
  fixed: {workflow: report, fixed_inputs: {total: 3}}
  none: {workflow: report}
  waits: {workflow: report, trigger: {artifact: sum, partitions: {region: us}, bind: {total: $artifact}}}
"""


@pytest.mark.parametrize(
    ("plan", "looked_for"),
    [
        ("own", {"total": ArtifactQuery(artifact="sum")}),
        ("given", {}),
        ("fixed", {}),
        ("none", {"total": QUERY}),
        ("report", {"total": QUERY}),
        ("waits", {"total": ArtifactQuery(artifact="sum", partitions=(("region", "us"),))}),
    ],
)
def test_what_a_launch_looks_for(plan: str, looked_for: dict[str, ArtifactQuery]) -> None:
    whole = program(FLOW + PLANS)
    found = whole.launch_plan(plan)
    assert found is not None
    assert dict(queries_of(found, whole.workflows["report"])) == looked_for


def test_the_wire_of_plans_that_look_and_wait() -> None:
    plans = program(FLOW + PLANS).launch_plans
    assert launch_plan_wire(plans["own"])["queries"] == {"total": {"artifact": "sum"}}
    assert plans["waits"].trigger == Trigger(
        query=ArtifactQuery(artifact="sum", partitions=(("region", "us"),)), binds=("total",)
    )
    assert launch_plan_wire(plans["waits"])["trigger"] == {
        "artifact": "sum",
        "partitions": {"region": "us"},
        "bind": {"total": "$artifact"},
    }


def test_a_map_that_is_no_query_is_a_value() -> None:
    found = program(
        """
        workflows:
          flow:
            inputs:
              a: {type: "dict[str, str]", default: {artifact: x, other: y}}
              b: {type: "dict[str, str]", default: {partitions: x}}
            nodes: {n: {task: "m:number"}}
        """
    ).workflows["flow"]
    assert [each.query for each in found.interface.inputs] == [None, None]
    assert [each.default is not None for each in found.interface.inputs] == [True, True]


def test_what_a_run_publishes() -> None:
    whole = program(FLOW)
    assert publications(whole, "report") == ()
    (found,) = publications(whole, "train")
    assert (found["artifact"], found["shelf"], found["output"]) == ("sum", "churn/development/sum", "sum")
    assert found["partitions"] == {"day": {"input": "day"}, "kind": {"value": "$small"}, "region": {"input": "region"}}


@pytest.mark.parametrize(
    ("node", "fits"),
    [
        ("call: {workflow: report}", False),
        ("call: {workflow: report, inputs: {total: 3}}", True),
        ("call: {launch_plan: none}", False),
        ("call: {launch_plan: own}", False),
        ("call: {launch_plan: given}", True),
        ("call: {launch_plan: waits}", False),
        ("call: {map: {workflow: report}, over: {total: $inputs.list}}", True),
        ("call: {map: {workflow: report}, over: {text: $inputs.texts}}", False),
    ],
)
def test_inside_a_run_nothing_is_looked_for(node: str, fits: bool) -> None:
    outer = f"""
  outer:
    inputs: {{list: "list[int] = []", texts: "list[str] = []"}}
    nodes:
      {node}
artifacts:
"""
    text = (FLOW + PLANS).replace("\nartifacts:\n", outer)
    if fits:
        assert "outer" in program(text).workflows
        return
    with pytest.raises(InvalidProject) as caught:
        program(text)
    assert [each.code for each in caught.value.diagnostics] == ["FO289"]

"""The bytes of emitted objects, file by file; every one passes the verifier and comes back equal through Hera."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from flyteops.argo import emit, emit_task, file_name, object_text, verify
from flyteops.argo.hera import round_trip
from flyteops.model.objects import ClusterObject
from tests.unit.argo.programs import FIT, PROGRAM, TARGET

GOLDEN = Path(__file__).parent / "golden"


def objects() -> tuple[ClusterObject, ...]:
    plans = tuple(plan for name in ("nightly", "hello") if (plan := PROGRAM.launch_plan(name)))
    return (*emit(PROGRAM, target=TARGET, plans=plans), *emit_task(PROGRAM, FIT, target=TARGET))


OBJECTS = {f"{each.kind}-{each.address.replace('/', '-')}.yaml": each for each in objects()}


@pytest.mark.parametrize("name", OBJECTS)
def test_golden(name: str, request: pytest.FixtureRequest) -> None:
    text = "".join(f"# {note}\n" for note in OBJECTS[name].notes) + object_text(OBJECTS[name].body)
    if request.config.getoption("--update-golden"):
        (GOLDEN / name).write_text(text, encoding="utf-8")
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_no_golden_is_left_over() -> None:
    assert sorted(each.name for each in GOLDEN.iterdir()) == sorted(OBJECTS)


@pytest.mark.parametrize("name", OBJECTS)
def test_the_second_opinion_agrees(name: str) -> None:
    assert verify(OBJECTS[name].body) == ()


@pytest.mark.parametrize("name", OBJECTS)
def test_hera_reads_what_was_meant(name: str) -> None:
    assert round_trip(OBJECTS[name].body) == ()


@pytest.mark.parametrize("name", OBJECTS)
def test_the_text_parses_back_to_the_object(name: str) -> None:
    assert yaml.safe_load(object_text(OBJECTS[name].body)) == OBJECTS[name].body


def test_the_same_program_gives_the_same_bytes() -> None:
    once, again = ([object_text(each.body) for each in objects()] for _ in range(2))
    assert once == again


def test_file_names() -> None:
    assert [file_name(each) for each in objects() if each.kind == "CronWorkflow"] == [
        "cronworkflow-nightly-89d0b7e6.yaml"
    ]


def test_hera_notices_a_field_it_does_not_know() -> None:
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "CronWorkflow",
        "metadata": {},
        "spec": {"schedules": ["@daily"], "sched": "x", "workflowSpec": {"workflowTemplateRef": {"name": "x"}}},
    }
    assert round_trip(body) == (".spec.sched: lost",)  # type: ignore[arg-type]

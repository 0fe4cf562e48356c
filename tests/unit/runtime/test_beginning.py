"""`begin`: what a launch gives, what its plan fixes, and the scheduled time."""

import json

import pytest

from flyteops.runtime.session import Session
from flyteops.runtime.verbs import begun
from tests.contract.memory_store import MemoryStore

INPUTS = [
    {"name": "rows", "type": "int", "required": False, "fixed": False, "given": {"type": "int", "value": 1}},
    {"name": "region", "type": "str", "required": False, "fixed": True, "given": {"type": "str", "value": "eu"}},
    {"name": "share", "type": "float", "required": True, "fixed": False, "given": None},
    {"name": "at", "type": "datetime", "required": False, "fixed": False, "given": None},
]
INVOCATION = {"v": 1, "do": "begin", "step": "", "inputs": INPUTS, "kickoff": "at"}


@pytest.fixture
def store():
    return MemoryStore()


def launch(store, given=None, kickoff=""):
    session = Session(
        store=store,
        run="r",
        attempt="a",
        scope="shared",
        cache="on",
        folder="",
        code=(),
        note=lambda *_: None,
    )
    if given is not None:
        documents = {name: {"v": 1, "type": of, "value": value} for name, (of, value) in given.items()}
        store.create("launches/1.json", json.dumps(documents).encode())
    answer = begun(session, INVOCATION, kickoff=kickoff, inputs="" if given is None else "launches/1.json")
    written = store.get("runs/r/inputs.json")
    values = {name: each["value"] for name, each in json.loads(written).items()} if written else None
    return answer.code, (answer.error or {}).get("message"), values


def test_what_is_given_goes_over_the_plan_s_values_and_is_converted(store):
    assert launch(store, {"share": ("int", 2), "rows": ("int", 5)}) == (
        0,
        None,
        {"rows": 5, "region": "eu", "share": 2.0},
    )


def test_the_scheduled_time_goes_into_the_kickoff_input(store):
    code, _, values = launch(store, {"share": ("float", 0.5)}, kickoff="2026-11-23T16:26:00Z")
    assert (code, values["at"]) == (0, "2026-11-23T16:26:00Z")


@pytest.mark.parametrize(
    ("given", "kickoff", "message"),
    [
        (None, "", "the run was started without its input share"),
        ({"share": ("float", 1.0), "region": ("str", "us")}, "", "the input region is fixed by the launch plan"),
        ({"share": ("float", 1.0), "other": ("int", 1)}, "", "the run has no input other"),
        (
            {"share": ("float", 1.0)},
            "{{workflow.scheduledTime}}",
            "the scheduled time is not a time but '{{workflow.scheduledTime}}': start the run from its schedule",
        ),
    ],
)
def test_a_wrong_launch_is_refused(store, given, kickoff, message):
    assert launch(store, given, kickoff) == (82, message, None)


def test_a_second_pod_of_the_run_changes_nothing(store):
    first = launch(store, {"share": ("float", 1.0)})
    store.create("launches/2.json", b"{}")
    session = Session(
        store=store, run="r", attempt="b", scope="s", cache="on", folder="", code=(), note=lambda *_: None
    )
    begun(session, INVOCATION, kickoff="", inputs="launches/1.json")
    assert json.loads(store.get("runs/r/inputs.json"))["share"]["value"] == first[2]["share"]

"""Scripts by themselves, under a real bash: what they see, how they end, and what is refused of what they write."""

from __future__ import annotations

from pathlib import Path

import pytest

from flyteops.adapters.store_file import FileStore
from flyteops.model.digest import Json
from flyteops.model.types import INT, STR, ListOf, optional, type_wire
from flyteops.runtime.binding import Given
from flyteops.runtime.endings import INTERFACE, USER, Ended
from flyteops.runtime.scripts import run_script
from flyteops.runtime.session import Session
from flyteops.runtime.stored import read_literal

NUMBERS: Json = type_wire(ListOf(INT))
Types = dict[str, Json] | None
Inputs = list[Given] | None


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "work").mkdir()
    return Session(
        store=FileStore(str(tmp_path / "store")),
        run="r1",
        attempt="a1",
        scope="s",
        cache="off",
        folder=str(tmp_path / "work"),
        code=(),
        note=lambda _, __: None,
    )


def ran(session: Session, script: str, outputs: Types = None, given: Inputs = None) -> dict:
    wanted: Json = [[name, of] for name, of in (outputs or {}).items()]
    documents = run_script(session, {"script": script, "paths": {}, "outputs": wanted, "step": "s"}, given or [])
    return {name: read_literal(session.store, each)[1] for name, each in documents.items()}


def ended(session: Session, script: str, outputs: Types = None, given: Inputs = None) -> Ended:
    with pytest.raises(Ended) as found:
        ran(session, script, outputs, given)
    return found.value


def test_inputs_are_variables_and_outputs_are_paths(session: Session) -> None:
    given: list[Given] = [("n", "int", 3), ("names", NUMBERS, [1, 2]), ("text", "str", "a 'b' $c\n*")]
    script = 'echo "$((n + 1))" > "$next"; cat "$names" > "$same"; printf %s "$text" > "$kept"'
    found = ran(session, script, {"next": "int", "same": NUMBERS, "kept": "str"}, given)
    assert found == {"next": 4, "same": [1, 2], "kept": "a 'b' $c\n*"}


def test_none_is_a_variable_that_is_not_set(session: Session) -> None:
    none = ("x", type_wire(optional(STR)), None)
    assert ran(session, 'echo "${x-unset}" > "$y"', {"y": "str"}, [none]) == {"y": "unset"}
    assert ended(session, 'echo "$x"', given=[none]).message.endswith("x: unbound variable")


STRICT = ["false; true", "echo $missing", "false | true", "exit 3"]


@pytest.mark.parametrize("script", STRICT)
def test_any_failure_ends_the_script(session: Session, script: str) -> None:
    assert ended(session, script).code == USER


def test_the_last_lines_are_told(session: Session) -> None:
    found = ended(session, "for i in $(seq 100); do echo line $i; done; exit 7")
    assert found.message == "the script ended with exit code 7: line 100"
    assert found.traceback.splitlines() == [f"line {number}" for number in range(81, 101)]
    assert ended(session, "kill -9 $$").message == "the script was ended by SIGKILL"


def test_what_is_left_in_the_background_holds_nobody(session: Session) -> None:
    assert ran(session, 'sleep 30 & echo 1 > "$x"', {"x": "int"}) == {"x": 1}


WRITTEN: list[tuple[str, Json, str]] = [
    ("true", "int", "output x: nothing was written to "),
    ("echo no > $x", "int", "output x: 'no' is no int"),
    (r"printf '\xff' > $x", "str", "is no text of UTF-8"),
    ("echo '[1, \"b\"]' > $x", NUMBERS, "output x.1: int was declared"),
    ("echo '[1' > $x", NUMBERS, "output x: this is no JSON"),
    ("mkdir $x", "str", "is no text of UTF-8"),
    ("mkdir $x", {"file": ""}, "is a folder"),
    ("head -c 17000000 /dev/zero > $x", "str", "is larger than 16 MiB: declare the output as a File"),
]


@pytest.mark.parametrize(("script", "of", "message"), WRITTEN)
def test_what_is_no_value(session: Session, script: str, of: Json, message: str) -> None:
    found = ended(session, script, {"x": of})
    assert found.code == INTERFACE
    assert message in found.message


GIVEN: list[tuple[Given, str]] = [
    (("x", "str", "a\0b"), "input x: a NUL character cannot stand in a variable"),
    (("x", "str", "a" * 200_000), "input x: a variable takes 100 KiB"),
]


@pytest.mark.parametrize(("given", "message"), GIVEN)
def test_what_is_no_variable(session: Session, given: Given, message: str) -> None:
    assert message in ended(session, "true", given=[given]).message

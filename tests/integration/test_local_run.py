from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flyteops.local import NodeError
from flyteops.model.entities import (
    Backoff,
    CachePolicy,
    Case,
    Fail,
    GiveValue,
    MapCall,
    Node,
    Retries,
    Switch,
    TaskCall,
    TaskSettings,
    Timeout,
    Variable,
)
from flyteops.model.errors import InvalidProject, OutsideFailed
from flyteops.model.expressions import Compare, Constant, Lookup
from flyteops.model.literals import Literal
from flyteops.model.references import Bound, InputRef, Static
from flyteops.model.types import FILE, FLOAT, INT, STR, ListOf, RecordField, RecordOf, optional
from flyteops.model.works import FunctionRef, FunctionWork
from tests.integration.local_runs import Place, from_input, from_node, graph, task

CACHED = TaskSettings(cache=CachePolicy(version="1"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


DOUBLE = """
    def double(x: int) -> int:
        print("printed by the task")
        return 2 * x
"""


def kinds(place: Place, path: str) -> list[str]:
    return [event.kind for event in place.events if event.path == path]


def test_two_tasks_run_and_their_value_is_returned(place: Place) -> None:
    place.write(DOUBLE)
    double = task("double", {"x": INT}, INT)
    nodes = [
        Node(name="a", body=TaskCall(task="double", inputs=(from_input("x", INT, "n"),)), outputs=()),
        Node(name="b", body=TaskCall(task="double", inputs=(from_node("x", INT, "a"),)), outputs=()),
    ]
    result = place.run(
        graph([double], nodes, inputs={"n": INT}, outputs=(from_node("y", INT, "b"),)), inputs={"n": (INT, 3)}
    )
    assert result.phase == "succeeded"
    assert result.outputs == {"y": {"v": 1, "type": "int", "value": 12}}
    assert [(node.path, node.task, node.phase, node.attempts, node.cached) for node in result.nodes] == [
        ("a", "double", "succeeded", 1, False),
        ("b", "double", "succeeded", 1, False),
    ]
    log = result.nodes[0].log
    assert log is not None
    assert Path(log).read_text() == "printed by the task\n"
    assert kinds(place, "a") == ["started", "succeeded"]


def test_files_travel_by_content(place: Place) -> None:
    place.write("""
        from pathlib import Path
        from flyteops.types import File

        def copy(one: Path, other: File) -> tuple[Path, File]:
            assert one.suffix == "", one
            Path("both.txt").write_text(one.read_text() + other.open("r").read())
            return Path("both.txt"), other
    """)
    (place.root / "in.txt").write_text("hello ")
    copy = task("copy", {"one": FILE, "other": FILE}, FILE, FILE)
    blob = {"$blob": {"uri": "in.txt"}}
    result = place.run(copy, inputs={"one": (FILE, blob), "other": (FILE, blob)})
    assert result.phase == "succeeded", result.error
    made: Any = result.outputs["o0"]["value"]
    assert made["$blob"]["size"] == 12
    assert (place.root / "store" / "data" / made["$blob"]["sha256"][:2] / made["$blob"]["sha256"]).read_text() == (
        "hello hello "
    )
    again: Any = result.outputs["o1"]["value"]
    assert again["$blob"]["size"] == 6


def test_missing_files_and_inputs_are_told_at_once(place: Place) -> None:
    place.write("def f(a, b, c): ...")
    wanted = task("f", {"a": FILE, "b": INT, "c": INT})
    inputs = {"a": (FILE, {"$blob": {"uri": "no.txt"}}), "c": (STR, "x"), "d": (INT, 1)}
    with pytest.raises(InvalidProject) as found:
        place.run(wanted, inputs=inputs)
    assert [(each.code, each.message) for each in found.value.diagnostics] == [
        ("FO601", "input a: the file no.txt is not there"),
        ("FO603", "the input 'b' was not given and has no default"),
        ("FO604", "there is no input 'd'"),
        ("FO607", "input c: str does not fit int"),
    ]


def test_a_cached_result_is_used_again_and_can_be_overwritten(place: Place) -> None:
    place.write(DOUBLE)
    double = task("double", {"x": INT}, INT, settings=CACHED)
    assert not place.run(double, inputs={"x": (INT, 3)}).nodes[0].cached
    second = place.run(double, inputs={"x": (INT, 3)})
    assert (second.nodes[0].cached, second.nodes[0].attempts) == (True, 0)
    assert second.outputs["o0"]["value"] == 6
    assert kinds(place, "task") == ["cached"]
    assert not place.run(double, inputs={"x": (INT, 4)}).nodes[0].cached
    assert not place.run(double, inputs={"x": (INT, 3)}, cache="off").nodes[0].cached
    place.write("def double(x: int) -> int:\n    return 7\n")
    assert place.run(double, inputs={"x": (INT, 3)}, cache="overwrite").outputs["o0"]["value"] == 7
    assert place.run(double, inputs={"x": (INT, 3)}).outputs["o0"]["value"] == 7


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"v": 2}', b'{"v": 1, "key": "other", "outputs": {}}'])
def test_a_damaged_entry_is_a_miss_and_is_mended(place: Place, damage: bytes) -> None:
    place.write(DOUBLE)
    double = task("double", {"x": INT}, INT, settings=CACHED)
    place.run(double, inputs={"x": (INT, 3)})
    (entry,) = place.cache_entries()
    (place.root / "store" / entry).write_bytes(damage)
    assert not place.run(double, inputs={"x": (INT, 3)}).nodes[0].cached
    assert place.run(double, inputs={"x": (INT, 3)}).nodes[0].cached


def test_an_entry_with_another_value_than_was_stored_is_a_miss(place: Place) -> None:
    place.write(DOUBLE)
    double = task("double", {"x": INT}, INT, settings=CACHED)
    place.run(double, inputs={"x": (INT, 3)})
    (name,) = place.cache_entries()
    entry = json.loads((place.root / "store" / name).read_bytes())
    entry["outputs"]["o0"]["value"] = 7
    (place.root / "store" / name).write_bytes(json.dumps(entry).encode())
    assert place.run(double, inputs={"x": (INT, 3)}).outputs["o0"]["value"] == 6


def test_an_entry_whose_file_is_gone_or_that_is_too_old_is_a_miss(place: Place) -> None:
    place.write("from pathlib import Path\ndef make() -> Path:\n    Path('x').write_text('x')\n    return Path('x')\n")
    make = task("make", {}, FILE, settings=CACHED)
    made: Any = place.run(make).outputs["o0"]["value"]
    assert place.run(make).nodes[0].cached
    sha256 = made["$blob"]["sha256"]
    (place.root / "store" / "data" / sha256[:2] / sha256).unlink()
    assert not place.run(make).nodes[0].cached
    assert place.run(make).nodes[0].cached
    brief = task("make", {}, FILE, settings=TaskSettings(cache=CachePolicy(version="1", max_age_s=0.000001)))
    assert not place.run(brief).nodes[0].cached


def test_retries_and_their_budget(place: Place) -> None:
    place.write("""
        from pathlib import Path
        from flyteops.types import NonRecoverable

        class Fatal(NonRecoverable): ...

        def flaky(counter: str, kind: str) -> int:
            seen = Path(counter)
            tries = len(seen.read_text()) if seen.exists() else 0
            seen.write_text("x" * (tries + 1))
            if kind == "never":
                raise Fatal("no way")
            if kind == "listed":
                raise KeyError("listed")
            if tries < 2:
                raise ValueError(f"try {tries}")
            return tries
    """)
    retries = Retries(limit=2, backoff=Backoff(initial_s=0.01), never=("KeyError",))
    flaky = task("flaky", {"counter": STR, "kind": STR}, INT, settings=TaskSettings(retries=retries))

    def tried(kind: str) -> tuple[str, int, NodeError | None]:
        result = place.run(flaky, inputs={"counter": (STR, str(place.root / kind)), "kind": (STR, kind)})
        return result.phase, result.nodes[0].attempts, result.nodes[0].error

    assert tried("twice") == ("succeeded", 3, None)
    assert [event.message for event in place.events if event.kind == "retrying"] == [
        "ValueError: try 0",
        "ValueError: try 1",
    ]
    phase, attempts, error = tried("never")
    assert (phase, attempts, error and (error.code, error.cause, error.type, error.message)) == (
        "failed", 1, (81, "never", "steps.Fatal", "Fatal: no way"),
    )  # fmt: skip
    assert error is not None
    assert error.traceback.splitlines()[1].endswith(", line 12, in flaky")
    assert tried("listed")[1:] == (1, tried("listed")[2])


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ("return 'x'", 82, "output o0: int was declared, the function returned str 'x'"),
        ("raise SystemExit(3)", 80, "SystemExit: 3"),
        ("import os; os._exit(7)", 80, "the function ended its process with exit code 7"),
        ("import os; os._exit(0)", 80, "the function ended its process with exit code 0"),
        ("import os; os.abort()", 134, "the worker process was ended by SIGABRT"),
        ("import sys; sys.stdout.close(); sys.stderr.close(); return 1", 0, ""),
        ("import os; os.closerange(0, 3); return 1", 0, ""),
        ("print('{\"code\": 9}', flush=True); return 1", 0, ""),
        ("raise Exception('\\ud800')", 80, "Exception: \\ud800"),
        ("yield 1", 82, "the function returned a generator, which is no value"),
    ],
)
def test_how_a_function_may_end(place: Place, body: str, code: int, message: str) -> None:
    place.write(f"def f() -> int:\n    {body}\n")
    result = place.run(task("f", {}, INT))
    error = result.nodes[0].error
    assert (error.code if error else 0, error.message if error else "") == (code, message)


def test_import_faults_are_told(place: Place) -> None:
    place.write("import nothing_of_that_name\n")
    error = place.run(task("f", {}, INT)).nodes[0].error
    assert error is not None
    assert (error.code, error.message) == (
        83,
        "importing steps failed: ModuleNotFoundError: No module named 'nothing_of_that_name'",
    )
    place.write("f = 3\n")
    error = place.run(task("f", {}, INT)).nodes[0].error
    assert error is not None
    assert error.message == "the module steps has no function f"


def test_user_files_named_as_ours_or_as_pythons_break_nothing(place: Place) -> None:
    place.write(DOUBLE)
    for name in ("yaml.py", "json.py", "typing.py", "inspect.py", "traceback.py", "decimal.py"):
        place.write("raise RuntimeError('the wrong module')", name)
    (place.root / "src" / "flyteops").mkdir()
    place.write("raise RuntimeError('the wrong package')", "flyteops/__init__.py")
    result = place.run(task("double", {"x": INT}, INT), inputs={"x": (INT, 3)})
    assert result.phase == "succeeded", result.error


def test_a_task_sees_its_environment_and_an_empty_folder(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTEOPS_REGISTRY", "secret")
    monkeypatch.setenv("OTHER", "kept")
    place.write("""
        import os
        from flyteops.context import current

        def look() -> list[str]:
            ours = [name for name in os.environ if name.startswith("FLYTEOPS_")]
            assert current().step == "task" and os.path.samefile(current().workdir, "."), current()
            return [*ours, os.environ["OTHER"], os.environ["MODE"], str(os.listdir("."))]
    """)
    look = task("look", {}, ListOf(STR), settings=TaskSettings(env=(("MODE", "fast"),)))
    for inline in (False, True):
        assert place.run(look, inline=inline).outputs["o0"]["value"] == ["kept", "fast", "[]"]
    assert "MODE" not in os.environ


def mapped(**options: Any) -> Node:
    body = MapCall(callee="half", over=(from_input("x", ListOf(INT), "xs"),), inputs=(), **options)
    return Node(name="m", body=body, outputs=())


HALF = """
    def half(x: int) -> float:
        if x < 0:
            raise ValueError(f"negative: {x}")
        return x / 2
"""


def run_map(place: Place, xs: list[int], of: Any = FLOAT, **options: Any) -> Any:
    place.write(HALF)
    wanted = graph(
        [task("half", {"x": INT}, FLOAT)],
        [mapped(**options)],
        inputs={"xs": ListOf(INT)},
        outputs=(from_node("y", ListOf(of), "m"),),
    )
    return place.run(wanted, inputs={"xs": (ListOf(INT), xs)})


def test_a_map_keeps_the_order_of_its_items(place: Place) -> None:
    result = run_map(place, list(range(9)), concurrency=2)
    assert result.outputs["y"]["value"] == [n / 2 for n in range(9)]
    assert (result.nodes[0].items, result.nodes[0].attempts) == (9, 9)
    assert run_map(place, []).outputs["y"]["value"] == []


def test_a_map_with_a_failed_item_fails(place: Place) -> None:
    result = run_map(place, [1, -2, 3])
    assert result.phase == "failed"
    assert result.nodes[0].error.message == "item 1: ValueError: negative: -2"
    assert result.error == result.nodes[0].error


def test_allowed_failures_are_none_in_the_list(place: Place) -> None:
    result = run_map(place, [1, -2, 3], optional(FLOAT), min_success_ratio=0.6)
    assert result.phase == "succeeded", result.error
    assert [each["value"] for each in result.outputs["y"]["value"]] == [0.5, None, 1.5]
    # 0.7 of 3 items is 3 of 3.
    assert run_map(place, [1, -2, 3], optional(FLOAT), min_success_ratio=0.7).phase == "failed"
    assert run_map(place, [-1, -2, 3], optional(FLOAT), min_successes=1).phase == "succeeded"


def test_lists_of_unequal_length_fail_before_any_item(place: Place) -> None:
    place.write("def add(a: int, b: int) -> int:\n    return a + b\n")
    over = (from_input("a", ListOf(INT), "xs"), from_input("b", ListOf(INT), "ys"))
    wanted = graph(
        [task("add", {"a": INT, "b": INT}, INT)],
        [Node(name="m", body=MapCall(callee="add", over=over, inputs=()), outputs=())],
        inputs={"xs": ListOf(INT), "ys": ListOf(INT)},
    )
    result = place.run(wanted, inputs={"xs": (ListOf(INT), [1, 2]), "ys": (ListOf(INT), [1])})
    error = result.nodes[0].error
    assert error is not None
    assert (error.code, error.message) == (82, "the lists of the map m differ in length: a has 2, b has 1")
    assert kinds(place, "m") == ["failed"]


def switched(place: Place, n: int) -> Any:
    place.write(DOUBLE)
    literal = Literal(type=INT, value=5)
    when = Compare(operator=">", left=Lookup(to=InputRef("n"), type=INT), right=Constant(literal=literal))
    negative = Compare(
        operator="<", left=Lookup(to=InputRef("n"), type=INT), right=Constant(literal=Literal(type=INT, value=0))
    )
    body = Switch(
        cases=(
            Case(when=when, then=TaskCall(task="double", inputs=(from_input("x", INT, "n"),))),
            Case(when=negative, then=Fail(message="n is negative")),
        ),
        otherwise=GiveValue(bound=Bound(name="o0", type=INT, binding=Static(literal=literal))),
        outputs=(Variable(name="o0", type=INT),),
    )
    wanted = graph(
        [task("double", {"x": INT}, INT)],
        [Node(name="r", body=body, outputs=body.outputs)],
        inputs={"n": INT},
        outputs=(from_node("y", INT, "r"),),
    )
    return place.run(wanted, inputs={"n": (INT, n)})


def test_a_switch_takes_one_branch(place: Place) -> None:
    result = switched(place, 6)
    assert result.outputs["y"]["value"] == 12
    result = switched(place, 1)
    assert result.outputs["y"]["value"] == 5
    assert {node.path: node.phase for node in result.nodes} == {
        "r": "succeeded", "r.case0": "skipped", "r.when": "succeeded",
    }  # fmt: skip
    result = switched(place, -1)
    assert (result.phase, result.error.message) == ("failed", "n is negative")


SIBLINGS = """
    import time
    from pathlib import Path

    def bad() -> int:
        time.sleep(0.3)
        raise ValueError("bad")

    def slow(mark: str) -> int:
        Path(mark).write_text("began")
        time.sleep(20)
        return 1

    def quick(mark: str) -> int:
        time.sleep(0.6)
        Path(mark).write_text("done")
        return 1
"""


def test_a_failure_stops_its_siblings(place: Place) -> None:
    place.write(SIBLINGS)
    mark = Bound(name="mark", type=STR, binding=Static(literal=Literal(type=STR, value=str(place.root / "mark"))))
    wanted = graph(
        [task("bad", {}, INT), task("slow", {"mark": STR}, INT)],
        [
            Node(name="bad", body=TaskCall(task="bad", inputs=()), outputs=()),
            Node(name="slow", body=TaskCall(task="slow", inputs=(mark,)), outputs=()),
            Node(name="next", body=TaskCall(task="bad", inputs=()), outputs=(), after=("slow",)),
        ],
    )
    result = place.run(wanted)
    assert result.phase == "failed"
    told = {node.path: (node.phase, node.error.message if node.error else "") for node in result.nodes}
    assert told == {
        "bad": ("failed", "ValueError: bad"),
        "next": ("not_run", ""),
        "slow": ("not_run", "stopped because bad failed"),
    }
    assert (place.root / "mark").read_text() == "began"


def test_the_other_policy_lets_them_end(place: Place) -> None:
    place.write(SIBLINGS)
    mark = Bound(name="mark", type=STR, binding=Static(literal=Literal(type=STR, value=str(place.root / "mark"))))
    wanted = graph(
        [task("bad", {}, INT), task("quick", {"mark": STR}, INT)],
        [
            Node(name="bad", body=TaskCall(task="bad", inputs=()), outputs=()),
            Node(name="quick", body=TaskCall(task="quick", inputs=(mark,)), outputs=()),
        ],
    )
    result = place.run(replace(wanted, failure_policy="after_executable_nodes"))
    assert {node.path: node.phase for node in result.nodes} == {"bad": "failed", "quick": "succeeded"}
    assert (place.root / "mark").read_text() == "done"


@pytest.mark.parametrize("body", ["time.sleep(60)", "sum(range(10**11))"])
def test_an_attempt_that_takes_too_long_is_ended(place: Place, body: str) -> None:
    place.write(f"import time\ndef f() -> int:\n    {body}\n    return 1\n")
    result = place.run(task("f", {}, INT, settings=TaskSettings(timeout=Timeout(run_s=1.2))))
    error = result.nodes[0].error
    assert error is not None
    assert (error.code, error.message) == (85, "the attempt took longer than 1.2 s (timeout.run)")
    log = result.nodes[0].log
    assert log is not None
    assert "Timeout (0:00:00.700000)!" in Path(log).read_text()


def test_the_time_of_the_node_is_bounded_too(place: Place) -> None:
    place.write("import time\ndef f() -> int:\n    time.sleep(60)\n    return 1\n")
    settings = TaskSettings(timeout=Timeout(total_s=0.4), retries=Retries(limit=5))
    result = place.run(task("f", {}, INT, settings=settings))
    error = result.nodes[0].error
    assert error is not None
    assert (error.code, error.message, result.nodes[0].attempts) == (
        85, "the node took longer than 0.4 s (timeout.total)", 1,
    )  # fmt: skip


def test_an_execution_is_continued_from_its_commits(place: Place) -> None:
    place.write(DOUBLE)
    double = task("double", {"x": INT}, INT)
    result = place.run(double, execution="mine", inputs={"x": (INT, 3)})
    assert result.execution == "mine"
    place.write("def double(x: int) -> int:\n    raise ValueError('not again')\n")
    again = place.run(double, execution="mine", inputs={"x": (INT, 3)})
    assert (again.phase, again.outputs["o0"]["value"], again.nodes[0].attempts) == ("succeeded", 6, 0)
    with pytest.raises(InvalidProject) as found:
        place.run(double, execution="mine", inputs={"x": (INT, 4)})
    assert found.value.diagnostics[0].message == "the execution mine was started with other inputs"
    with pytest.raises(InvalidProject):
        place.run(double, execution="../x", inputs={"x": (INT, 4)})


def test_an_interpreter_that_is_not_there_is_told(place: Place) -> None:
    place.write(DOUBLE)
    with pytest.raises(OutsideFailed) as found:
        place.run(task("double", {"x": INT}, INT), inputs={"x": (INT, 1)}, python="/no/python")
    assert str(found.value) == "python: the interpreter /no/python cannot be started: No such file or directory"


def test_an_interpreter_that_cannot_run_us_is_told(place: Place) -> None:
    place.write(DOUBLE)
    with pytest.raises(OutsideFailed) as found:
        place.run(task("double", {"x": INT}, INT), inputs={"x": (INT, 1)}, python="/bin/false")
    assert str(found.value) == "python: the interpreter /bin/false cannot run tasks: it ended with exit code 1"
    old = place.root / "python3.10"
    old.write_text("#!/bin/sh\necho 'Unknown option: -P' >&2\nexit 2\n")
    old.chmod(0o755)
    with pytest.raises(OutsideFailed) as found:
        place.run(task("double", {"x": INT}, INT), inputs={"x": (INT, 1)}, python=str(old))
    assert str(found.value) == f"python: the interpreter {old} cannot run tasks: it is older than Python 3.11"


def test_a_large_value_is_kept_apart(place: Place) -> None:
    place.write(
        "def f() -> list[int]:\n    return list(range(30_000))\ndef n(xs: list[int]) -> int:\n    return len(xs)\n"
    )
    wanted = graph(
        [task("f", {}, ListOf(INT)), task("n", {"xs": ListOf(INT)}, INT)],
        [
            Node(name="f", body=TaskCall(task="f", inputs=()), outputs=()),
            Node(name="n", body=TaskCall(task="n", inputs=(from_node("xs", ListOf(INT), "f"),)), outputs=()),
        ],
        outputs=(from_node("n", INT, "n"), from_node("xs", ListOf(INT), "f")),
    )
    result = place.run(wanted)
    assert result.outputs["n"]["value"] == 30_000
    assert result.outputs["xs"]["value"] == list(range(30_000))
    commit = place.commit(result.execution, "f")
    assert commit is not None
    assert set(commit["outputs"]["o0"]) == {"v", "type", "digest", "ref"}


def test_worker_inline_and_pod_agree(place: Place) -> None:
    place.write(DOUBLE)
    double = task("double", {"x": INT}, INT, settings=CACHED)
    place.run(double, execution="worker", inputs={"x": (INT, 3)}, scope="worker")
    place.run(double, execution="inline", inputs={"x": (INT, 3)}, scope="inline", inline=True)
    inputs = {"x": {"v": 1, "type": "int", "value": 3}}
    pod = place.pod(double, inputs, "--scope", "pod")
    assert (pod.returncode, pod.stdout, pod.stderr) == (0, "printed by the task\n", "")
    same = [place.commit(each) for each in ("worker", "inline", "pod")]
    assert len({json.dumps([each["outputs"], each["digest"]]) for each in same if each}) == 1
    assert len({entry.rpartition("/")[2] for entry in place.cache_entries()}) == 1
    assert len(place.cache_entries()) == 3


@pytest.mark.parametrize(("kind", "code"), [("ValueError", 80), ("NonRecoverable", 81), ("int", 82)])
def test_worker_inline_and_pod_end_with_the_same_code(place: Place, kind: str, code: int) -> None:
    place.write(f"from flyteops.types import NonRecoverable\ndef f() -> int:\n    raise {kind}('no')\n")
    if kind == "int":
        place.write("def f() -> int:\n    return 'x'\n")
    f = task("f", {}, INT)
    worker, inline = place.run(f).nodes[0].error, place.run(f, inline=True).nodes[0].error
    pod = place.pod(f, {})
    assert worker is not None
    assert worker == inline
    assert (worker.code, pod.returncode) == (code, code)
    assert worker.message in pod.stderr
    told = json.loads((place.root / "store/runs/pod/task/a1/error.json").read_bytes())
    assert (told["exit_code"], told["message"]) == (code, worker.message)


def test_two_attempts_make_one_commit(place: Place) -> None:
    place.write("import os\ndef f() -> int:\n    return os.getpid()\n")
    f = task("f", {}, INT)
    assert place.pod(f, {}).returncode == 0
    first = place.commit("pod")
    # The second did not see the commit when it began.
    kept = place.root / "store/runs/pod/task/commit.json"
    place.write(f"import os\ndef f() -> int:\n    os.rename({str(kept) + '.x'!r}, {str(kept)!r})\n    return 1\n")
    kept.rename(str(kept) + ".x")
    second = place.pod(f, {})
    assert second.returncode == 0
    assert "nondeterministic" in second.stderr
    assert place.commit("pod") == first


def test_the_store_is_asked_for_a_lookup(place: Place) -> None:
    place.write(DOUBLE)
    double = task("double", {"x": INT}, INT, settings=CACHED)
    inputs = {"x": {"v": 1, "type": "int", "value": 3}}
    answer = place.root / "answer"
    for execution, wanted in (("one", "miss"), ("two", "hit")):
        assert place.pod(double, inputs, "--result", str(answer), execution=execution, verb="lookup").returncode == 0
        assert answer.read_text() == wanted
        place.pod(double, inputs, execution=execution)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing", "e30="], "the first argument is one of"),
        (["task", "--store", "/tmp/x", "--run", "r", "--attempt", "a", "@@"], "No such file or directory"),
        (["task", "--store", "/tmp/x", "--run", "r", "--attempt", "a", "%%"], "the invocation is no base64"),
        (["task", "--store", "/tmp/x", "--run", "r", "--attempt", "a", "e30="], "no document of version 1"),
        (["task", "--run", "r"], "exactly one invocation is needed"),
    ],
)
def test_a_wrong_command_line_is_64(capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    from flyteops.runtime.__main__ import main

    assert main(arguments) == 64
    assert told in capsys.readouterr().err


def test_little_is_imported_before_user_code(place: Place) -> None:
    place.write("import sys\ndef f() -> list[str]:\n    return sorted(sys.modules)\n")
    assert place.pod(task("f", {}, ListOf(STR)), {}).returncode == 0
    commit = place.commit("pod")
    assert commit is not None
    loaded = set(commit["outputs"]["o0"]["value"])
    unwanted = {"dataclasses", "inspect", "logging", "asyncio", "pathlib", "tempfile", "subprocess", "yaml", "click"}
    assert loaded & unwanted <= set(sys.builtin_module_names)
    assert not [name for name in loaded if name.startswith(("flyteops.source", "flyteops.compile", "flyteops.plan"))]


def test_a_module_hidden_by_one_of_pythons_is_told(place: Place) -> None:
    place.write(DOUBLE, "statistics.py")
    hidden = replace(
        task("double", {"x": INT}, INT),
        work=FunctionWork(function=FunctionRef(module="statistics", name="double"), returns="value", code="c"),
    )
    error = place.run(hidden, inputs={"x": (INT, 1)}).nodes[0].error
    assert error is not None
    assert error.code == 83
    assert error.message.startswith(f"{place.root}/src/statistics.py is hidden by another module named statistics")


def test_every_fault_of_a_users_class_is_told_with_its_input(place: Place) -> None:
    place.write("""
        from dataclasses import dataclass

        @dataclass
        class Row:
            size: int

            def __post_init__(self) -> None:
                assert self.size > 0, "empty"

        def f(row: Row) -> int:
            return row.size
    """)
    row = RecordOf((RecordField("size", INT),))
    f = task("f", {"row": row}, INT)
    assert place.run(f, inputs={"row": (row, {"size": 2})}).outputs["o0"]["value"] == 2
    error = place.run(f, inputs={"row": (row, {"size": 0})}).nodes[0].error
    assert error is not None
    assert (error.code, error.message) == (82, "input row: AssertionError: empty")

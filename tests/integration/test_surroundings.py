"""What tasks have around them, in real workers and in the process of a pod: secrets, checkpoints, decks, actors,
batches."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from flyteops.execution.graph import graph_of_task
from flyteops.execution.invocation import step_invocation
from flyteops.local import secret_files
from flyteops.model.entities import MapCall, Node, Retries, TaskSettings, Timeout
from flyteops.model.surroundings import ActorUse, KubernetesSecret, SecretUse, WarmFunction
from flyteops.model.types import INT, STR, ListOf
from flyteops.model.works import FunctionRef

from .local_runs import OURS, Place, from_input, graph, task

CANARY = "sesame/open+7f3a"
SOURCE = KubernetesSecret(name="hf", key="token")
USES = (
    SecretUse(secret="key", kind="file", target="/etc/key.pem", source=SOURCE),
    SecretUse(secret="asked", kind="context", source=SOURCE),
    SecretUse(secret="hf-token", kind="variable", target="HF_TOKEN", source=SOURCE),
)
LEAKING = """
    import base64, os, sys
    from urllib.parse import quote
    from flyteops.context import deck, progress, secrets

    def leak(n: int) -> int:
        value = os.environ["HF_TOKEN"]
        assert value == secrets.get("hf-token") == secrets.get("asked") == secrets.get("key")
        assert secrets.path("key").read_text() == value
        assert oct(secrets.path("key").stat().st_mode)[-3:] == "400"
        assert not [name for name in os.environ if name.startswith("FLYTEOPS_")]
        try:
            secrets.get("other")
        except KeyError as error:
            assert "declare it under secrets:" in str(error)
        for text in (value, value.encode().hex(), base64.b64encode(value.encode()).decode(), quote(value, safe="")):
            print(text)
            print(text, file=sys.stderr)
        deck.add(value)
        progress(0.5, value)
        if n:
            raise ValueError(f"refused {value}")
        return n
"""


def spelt(value: str) -> list[bytes]:
    data = value.encode()
    coded = base64.b64encode(data).rstrip(b"=")
    return [data, data.hex().encode(), coded, quote(value, safe="").encode(), json.dumps(value).encode()[1:-1]]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def memory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs of this test keep secrets that are shown as files."""
    folder = tmp_path_factory.mktemp("memory")
    monkeypatch.setattr(secret_files, "IN_MEMORY", str(folder))
    return folder


@pytest.mark.parametrize("inline", [False, True], ids=["worker", "inline"])
@pytest.mark.parametrize("failing", [0, 1], ids=["succeeds", "fails"])
def test_a_secret_is_seen_by_its_task_and_nowhere_else(place: Place, memory: Path, failing: int, inline: bool) -> None:
    place.write(LEAKING)
    leak = replace(task("leak", {"n": INT}, INT), secrets=USES, deck=True)
    values = {use.secret: CANARY for use in USES} | {"undeclared": "another-canary"}
    result = place.run(leak, inputs={"n": (INT, failing)}, secrets=values, inline=inline)
    assert result.phase == ("failed" if failing else "succeeded"), result.error
    told = repr((result, place.events)).encode()
    written = [path for path in place.root.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert any(path.name == "deck.html" for path in written)
    for form in spelt(CANARY):
        assert form not in told
        assert [path for path in written if form in path.read_bytes()] == []
    assert b"\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2" in b"".join(path.read_bytes() for path in written)
    assert list(memory.iterdir()) == []


def test_a_worker_that_is_killed_leaves_no_secret(place: Place, memory: Path) -> None:
    place.write("""
        import os, signal
        def die(n: int) -> int:
            print(os.environ["HF_TOKEN"], flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    """)
    die = replace(task("die", {"n": INT}, INT), secrets=USES)
    result = place.run(die, inputs={"n": (INT, 1)}, secrets={use.secret: CANARY for use in USES})
    assert result.phase == "failed"
    assert [path for path in place.root.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()] == []
    assert list(memory.iterdir()) == []


def test_a_pod_reads_its_secrets_from_variables_and_masks_them(place: Place) -> None:
    place.write("""
        import os
        from flyteops.context import secrets
        def told(n: int) -> int:
            assert secrets.get("hf-token") == os.environ["HF_TOKEN"]
            raise ValueError(secrets.get("hf-token"))
    """)
    told = replace(task("told", {"n": INT}, INT), secrets=USES[-1:])
    step = graph_of_task(told).steps["task"]
    invocation = base64.b64encode(json.dumps(step_invocation("p", step)).encode()).decode()
    place.store.create("runs/pod/inputs.json", b'{"n": {"v": 1, "type": "int", "value": 1}}')
    where = ["--store", f"file://{place.root}/store", "--run", "pod", "--attempt", "a1"]
    code = ["--code", str(place.root / "src"), "--folder", str(place.root / "work")]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "flyteops.runtime", "task", *where, *code, invocation],
        env={**os.environ, "PYTHONPATH": OURS, "HF_TOKEN": CANARY},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 80
    assert CANARY.encode() not in done.stderr
    assert "ValueError: •••" in done.stderr.decode()
    assert CANARY.encode() not in (place.store.get("runs/pod/task/a1/error.json") or b"")


# ------------------------------------------------------------------------------------------- checkpoints


def test_an_attempt_goes_on_where_the_one_before_saved(place: Place) -> None:
    place.write("""
        from flyteops.context import checkpoint, current, deck
        def steps(n: int) -> str:
            begin = int(checkpoint.read() or b"0")
            for at in range(begin, n):
                if at == 3 and current().number == 1:
                    raise RuntimeError("host gone")
                checkpoint.save(str(at + 1).encode())
            deck.add(f"<b>{begin}</b>", tab="began")
            return f"{begin} in attempt {current().number}"
    """)
    settings = TaskSettings(retries=Retries(limit=1))
    steps = replace(task("steps", {"n": INT}, STR, settings=settings), checkpoint=True, deck=True)
    result = place.run(steps, inputs={"n": (INT, 5)})
    assert result.outputs["o0"]["value"] == "3 in attempt 2"
    (deck,) = result.nodes[0].decks
    page = Path(deck.removeprefix("file://")).read_text()
    assert "&lt;b&gt;3&lt;/b&gt;" in page
    assert "<b>3</b>" not in page
    assert "default-src 'none'" in page


def test_folders_and_files_are_restored_whole(place: Place) -> None:
    place.write("""
        from pathlib import Path
        from flyteops.context import checkpoint
        def folder(n: int) -> list[str]:
            found = checkpoint.restore()
            if found is None:
                Path("state/deep").mkdir(parents=True)
                Path("state/deep/a.txt").write_text("a")
                Path("state/b.txt").write_text("b")
                checkpoint.save("state")
                raise RuntimeError("again")
            inside = sorted(str(each.relative_to(found)) for each in found.rglob("*") if each.is_file())
            return [found.name, *inside, (found / "deep" / "a.txt").read_text()]
    """)
    settings = TaskSettings(retries=Retries(limit=1))
    folder = replace(task("folder", {"n": INT}, ListOf(STR), settings=settings), checkpoint=True)
    assert place.run(folder, inputs={"n": (INT, 1)}).outputs["o0"]["value"] == ["state", "b.txt", "deep/a.txt", "a"]


def test_without_checkpoint_the_next_attempt_sees_none_and_the_log_says_so(place: Place) -> None:
    place.write("""
        from flyteops.context import checkpoint, current, deck
        def steps(n: int) -> bool:
            deck.add("lost")
            if current().number == 1:
                checkpoint.save(b"1")
                raise RuntimeError("again")
            return checkpoint.read() is None
    """)
    result = place.run(
        task("steps", {"n": INT}, INT, settings=TaskSettings(retries=Retries(limit=1))), inputs={"n": (INT, 1)}
    )
    logs = "".join(path.read_text() for path in place.root.rglob("log.txt"))
    assert "does not say checkpoint: true" in logs
    assert "does not say deck: true" in logs
    assert result.nodes[0].decks == ()


def test_code_that_asks_whether_to_stop_is_given_time(place: Place) -> None:
    place.write("""
        import sys, time
        from flyteops.context import checkpoint, stop_requested
        def wait(n: int) -> int:
            print("begun", flush=True)
            for at in range(600):
                if stop_requested():
                    checkpoint.save(b"kept")
                    raise RuntimeError("stopped in order")
                time.sleep(0.05)
            return 0
    """)
    wait = replace(task("wait", {"n": INT}, INT), checkpoint=True)
    step = graph_of_task(wait).steps["task"]
    invocation = base64.b64encode(json.dumps(step_invocation("p", step)).encode()).decode()
    place.store.create("runs/pod/inputs.json", b'{"n": {"v": 1, "type": "int", "value": 1}}')
    where = ["--store", f"file://{place.root}/store", "--run", "pod", "--attempt", "a1"]
    code = ["--code", str(place.root / "src"), "--folder", str(place.root / "work")]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "flyteops.runtime", "task", *where, *code, invocation],
        env={**os.environ, "PYTHONPATH": OURS},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 86
    assert place.store.get("runs/pod/task/checkpoint.json") is not None


# ------------------------------------------------------------------------------------------------ actors


def test_workers_of_an_actor_are_warm_once_and_no_more_than_its_replicas(place: Place) -> None:
    place.write("""
        import os, time
        CALLS = 0
        def load() -> int:
            global CALLS
            CALLS += 1
            return CALLS
        def plain(n: int) -> str:
            return f"{os.getpid()}"
    """)
    place.write(
        """
        import os, time
        from steps import load
        def score(n: int) -> str:
            time.sleep(0.02)
            return f"{os.getpid()} {load()} {load()}"
    """,
        name="scoring.py",
    )
    warm = WarmFunction(function=FunctionRef(module="steps", name="load"), code="c")
    score = replace(task("score", {"n": INT}, STR), actor=ActorUse(name="scorer", replicas=2, warm=(warm,)))
    score = replace(score, work=replace(score.work, function=FunctionRef(module="scoring", name="score")))
    plain = task("plain", {"n": INT}, STR)
    nodes = [
        Node(name=each.name, body=MapCall(callee=each.name, over=(from_input("n", ListOf(INT), "ns"),), inputs=()),
             outputs=())
        for each in (score, plain)
    ]  # fmt: skip
    outputs = tuple(replace(from_input(name, ListOf(STR), "x"), binding=_of(name)) for name in ("score", "plain"))
    of = graph([score, plain], nodes, inputs={"ns": ListOf(INT)}, outputs=outputs)
    result = place.run(of, inputs={"ns": (ListOf(INT), list(range(12)))}, parallel=4)
    assert result.phase == "succeeded", result.error
    scored = [each.split() for each in result.outputs["score"]["value"]]
    assert {tuple(each[1:]) for each in scored} == {("1", "1")}
    workers = {each[0] for each in scored}
    assert len(workers) <= 2
    assert workers.isdisjoint(result.outputs["plain"]["value"])


def _of(node: str):
    from flyteops.model.references import NodeRef, Referred

    return Referred(to=NodeRef(node, "o0"), type=ListOf(STR))


# ----------------------------------------------------------------------------------------------- batches

BATCHED = """
    import os, time
    def item(n: int) -> str:
        if n == 4:
            raise ValueError("no four")
        if n == 6:
            time.sleep(60)
        return f"{os.getpid()}"
"""


def mapped(settings: TaskSettings | None = None, **bounds: object):
    item = replace(task("item", {"n": INT}, STR, settings=settings), batch=3)
    body = MapCall(callee="item", over=(from_input("n", ListOf(INT), "ns"),), inputs=(), **bounds)
    node = Node(name="m", body=body, outputs=())
    return graph([item], [node], inputs={"ns": ListOf(INT)})


def test_items_of_a_batch_commit_by_themselves_here(place: Place) -> None:
    place.write(BATCHED)
    result = place.run(
        mapped(min_success_ratio=0.8), inputs={"ns": (ListOf(INT), [0, 1, 2, 3, 4, 5])}, execution="here", parallel=2
    )
    assert result.phase == "succeeded", result.error
    kept = [place.commit("here", f"m.{at}") for at in range(6)]
    assert [each is not None for each in kept] == [True, True, True, True, False, True]
    pids = [each["outputs"]["o0"]["value"] for each in kept if each]
    assert len(set(pids[:3])) == 1
    assert len(set(pids[3:])) == 1


def test_a_pod_takes_a_batch_and_gives_up_what_hangs(place: Place) -> None:
    place.write(BATCHED)
    settings = TaskSettings(timeout=Timeout(run_s=2.0))
    step = mapped(settings, min_success_ratio=0.5).steps["m"]
    invocation = base64.b64encode(json.dumps(step_invocation("p", step)).encode()).decode()
    inputs = {"ns": {"v": 1, "type": {"list": "int"}, "value": list(range(8))}}
    place.store.create("runs/pod/inputs.json", json.dumps(inputs).encode())
    sized = place.verb("map-size", invocation, "--batch", "3", "--result", str(place.root / "size"))
    assert (sized.returncode, (place.root / "size").read_text()) == (0, '["0-2","3-5","6-7"]')
    assert place.verb("map-item", invocation, "--item", "0-2").returncode == 0
    assert place.verb("map-item", invocation, "--item", "3-5").returncode == 80
    late = place.verb("map-item", invocation, "--item", "6-7")
    assert late.returncode == 85, late.stderr
    kept = [place.commit("pod", f"m.{at}") is not None for at in range(8)]
    assert kept == [True, True, True, True, False, True, False, True]
    gathered = place.verb("map-gather", invocation)
    assert gathered.returncode == 0, gathered.stderr
    values = place.commit("pod", "m")["outputs"]["o0"]["value"]
    assert [value is None or value.get("value") for value in map(_inner, values)][4] is None


def _inner(value):
    return value if isinstance(value, dict) else {"value": value}


def test_an_item_that_ended_for_good_is_not_tried_again_with_its_batch(place: Place) -> None:
    place.write("""
        from pathlib import Path
        from flyteops.types import NonRecoverable
        def item(n: int) -> int:
            with open(Path(__file__).parent / "calls", "a") as file:
                file.write(f"{n} ")
            if n == 1:
                raise NonRecoverable("never")
            raise ValueError("again")
    """)
    invocation = base64.b64encode(json.dumps(step_invocation("p", mapped().steps["m"])).encode()).decode()
    inputs = {"ns": {"v": 1, "type": {"list": "int"}, "value": [0, 1, 2]}}
    place.store.create("runs/pod/inputs.json", json.dumps(inputs).encode())
    for attempt in ("a1", "a2"):
        assert place.verb("map-item", invocation, "--item", "0-2", attempt=attempt).returncode == 80
    assert re.findall(r"\d", (place.root / "src" / "calls").read_text()) == ["0", "1", "2", "0", "2"]

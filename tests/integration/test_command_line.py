"""What scripts rely on: what is said on failure, which stream, which exit code; nothing half-written, nothing stale."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flyteops.adapters import folder
from flyteops.model.errors import OutsideFailed

YAML = """\
apiVersion: flyteops/v1
workflows:
  fails:
    inputs: {x: int, mark: str}
    nodes:
      first: {task: "things:note", inputs: {x: 1}}
      second: {task: "things:fail_without", inputs: [x, mark], after: [first]}
    outputs: {x: $second}
  speaks:
    nodes: {n: {task: "things:speak"}}
    outputs: {x: $n}
  long:
    nodes: {n: {task: "things:long"}}
    outputs: {text: $n}
  sleeps:
    nodes: {n: {task: "things:sleep"}}
"""
THINGS = """\
import os
import time
from pathlib import Path


def note(x: int) -> int:
    return x


def fail_without(x: int, mark: str) -> int:
    if not Path(mark).exists():
        raise ValueError("there is no mark")
    return x


def speak() -> int:
    print("from print")
    os.write(1, b"from the descriptor\\n")
    return 1


def long() -> str:
    return "x" * 5000


def sleep() -> None:
    time.sleep(60)
"""


@pytest.fixture
def things(make_project, run_cli, tmp_path):
    source = tmp_path / "source"
    for path, text in {"pipelines/things.yaml": YAML, "src/things.py": THINGS}.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(text, "utf-8")
    make_project(source)
    return lambda *words: run_cli(["--no-input", "--color", "never", *words])


def test_the_command_of_a_failed_run_really_runs_the_rest_with_the_same_inputs(things, tmp_path):
    mark = tmp_path / "a mark"
    failed = things("run", "workflow/fails", "--input", "x=3", "--input", f"mark={mark}", "-o", "json")
    assert failed.code == 6
    again = json.loads(failed.stdout)["again"]
    told = things("run", "workflow/fails", "--input", "x=3", "--input", f"mark={mark}", "--execution", "mine")
    assert "run only this again: flyteops run workflow/fails --execution mine --input x=3 --input 'mark=" in told.stdout
    assert "\n  ValueError: there is no mark\n" in told.stdout
    mark.touch()
    done = things(*shlex.split(again)[1:], "-o", "json")
    assert done.code == 0, done.stderr
    nodes = json.loads(done.stdout)["nodes"]
    assert {each["path"]: (each["phase"], each["cached"]) for each in nodes} == {
        "first": ("succeeded", True),
        "second": ("succeeded", False),
    }


@pytest.mark.usefixtures("things")
def test_what_user_code_prints_inline_is_no_part_of_the_result():
    words = [sys.executable, "-m", "flyteops", "run", "workflow/speaks", "--inline", "-o", "json"]
    ended = subprocess.run(words, capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout)["outputs"] == {"x": 1}
    assert "from print\n" in ended.stderr
    assert "from the descriptor\n" in ended.stderr


def test_a_long_output_is_cut_in_text_and_whole_in_json(things):
    assert "x… (5,002 characters; all of them with -o json)\n" in things("run", "workflow/long").stdout
    assert len(json.loads(things("run", "workflow/long", "-o", "json").stdout)["outputs"]["text"]) == 5000


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.usefixtures("things")
def test_the_exit_code_says_which_signal_ended_a_run(number, code):
    words = [sys.executable, "-m", "flyteops", "run", "workflow/sleeps", "-o", "json"]
    run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while not list(Path(".flyteops").glob("runs/*/n/*/log.txt")):
        assert run.poll() is None
        time.sleep(0.02)
    run.send_signal(number)
    out, _ = run.communicate(timeout=20)
    assert (run.returncode, json.loads(out)["phase"]) == (code, "aborted")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.usefixtures("things")
def test_a_closed_stream_is_no_fault(closed):
    command = f"{shlex.quote(sys.executable)} -m flyteops plan {closed}"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_full_disk_leaves_every_file_as_it_was(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("old")
    real, written = os.fsync, []

    def fsync(handle: int) -> None:
        written.append(handle)
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OutsideFailed, match=r"cannot write .*/b: No space left on device"):
        folder.write_files({tmp_path / "a": b"new", tmp_path / "b": b"new"})
    assert [(each.name, each.read_text()) for each in sorted(tmp_path.iterdir())] == [("a", "old")]


def test_rendering_a_part_leaves_the_files_of_the_rest(things):
    whole = things("render", "--out", "manifests").stdout.split()
    assert len(whole) == 4
    things("render", "workflow/long", "--out", "manifests")
    assert sorted(map(str, Path("manifests").iterdir())) == whole
    Path("pipelines/things.yaml").write_text(YAML.replace("  speaks:", "  says:"), "utf-8")
    again = things("render", "--out", "manifests")
    assert "removed: workflowtemplate-speaks-" in again.stderr
    assert sorted(map(str, Path("manifests").iterdir())) == again.stdout.split()


def test_init_in_a_repository_with_a_readme_and_a_gitignore(tmp_path, monkeypatch, run_cli):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".gitignore").write_text("mine\n")
    ended = run_cli(["init", "-o", "json"])
    made = json.loads(ended.stdout)
    assert (ended.code, made["repository"]) == (0, True)
    assert all((tmp_path / each).is_file() for each in made["files"])
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    assert "your .gitignore stays as it is: add .flyteops/ to it\n" in ended.stderr


def test_the_program_ends_behind_all_else_and_with_its_code():
    """`entry` frees nothing piece by piece; threads and exit functions of others come first."""
    program = (
        "import atexit, sys, threading, time\n"
        "from flyteops.cli import main\n"
        "def late():\n    time.sleep(0.2)\n    print('thread')\n"
        "def run():\n"
        "    atexit.register(print, 'exit function')\n    threading.Thread(target=late).start()\n"
        "    print('main', end='\\n')\n    return 5\n"
        "main.main = run\n"
        "main.entry()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.stdout.split("\n"), ended.returncode, ended.stderr) == (
        ["main", "thread", "exit function", ""],
        5,
        "",
    )

"""The main job on real data, step by step; each step prints the command that it runs, to be repeated by hand.

    make demo        # or: .venv/bin/python tools/demo.py [FOLDER]

Works in a new git repository in a temporary folder, made from pipelines/digits. It stops, and says so, when a step
ends otherwise than it should. The repository is left for you to look at.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
COLOURS = sys.stdout.isatty() and "NO_COLOR" not in os.environ
BOLD, DIM, PLAIN = ("\033[1m", "\033[2m", "\033[0m") if COLOURS else ("", "", "")

YAML_BEFORE = "          - {name: hard-curve, family: curve, strength: 10}\n"
YAML_AFTER = YAML_BEFORE + "          - {name: nearest, family: neighbours, strength: 1}\n"
PYTHON_BEFORE = 'RIGHT, WRONG = "46, 125, 50", "198, 40, 40"\n'
PYTHON_AFTER = 'RIGHT, WRONG = "21, 101, 192", "198, 40, 40"\n'


class StepFailed(Exception):
    """A step ended otherwise than it should."""


class Demo:
    """One repository, and the commands run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.began = time.monotonic()
        # Without what the shell says about other projects, so that the demo is the same everywhere.
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FLYTEOPS_", "GIT_")) and k != "VIRTUAL_ENV"}
        self.environment = {**kept, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}

    def say(self, title: str) -> None:
        print(f"\n{BOLD}== {title}{PLAIN}", flush=True)

    def run(self, command: str, *, expect: int = 0, capture: bool = False, quiet: bool = False) -> str:
        """Runs one command in the repository; its standard output when captured."""
        print(f"{DIM}${PLAIN} {command}", flush=True)
        done = subprocess.run(
            shlex.split(command), cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE if capture or quiet else None, check=False,
        )  # fmt: skip
        if done.returncode != expect:
            sys.stdout.write(done.stdout or "")
            raise StepFailed(f"`{command}` ended with exit code {done.returncode}; expected {expect}")
        return done.stdout or ""

    def run_workflow(self) -> dict[str, Any]:
        """Runs the workflow and returns what it says as JSON; the progress is on the terminal."""
        found: dict[str, Any] = json.loads(self.run("flyteops run workflow/train -o json", capture=True))
        return found

    def change(self, path: str, before: str, after: str) -> None:
        """Changes one line of a file, and shows it."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        if before not in text:
            raise StepFailed(f"{path} has no line {before.strip()!r} to change")
        file.write_text(text.replace(before, after), encoding="utf-8")


def make_repository(demo: Demo) -> None:
    """The project in a git repository of its own, with an identity of its own."""
    source = ROOT / "pipelines" / "digits"
    print(f"{DIM}${PLAIN} export PATH={shlex.quote(str(BIN))}:$PATH")
    print(f"{DIM}${PLAIN} cp -r {shlex.quote(str(source))}/. {shlex.quote(str(demo.folder))}")
    print(f"{DIM}${PLAIN} cd {shlex.quote(str(demo.folder))}", flush=True)
    leave_out = shutil.ignore_patterns(".flyteops", "__pycache__", ".venv")
    shutil.copytree(source, demo.folder, ignore=leave_out, dirs_exist_ok=True)
    demo.run("git init --quiet --initial-branch=main")
    demo.run("git config user.name Demo")
    demo.run("git config user.email demo@example.invalid")
    demo.run("git config commit.gpgsign false")
    commit(demo, "The digits pipeline")


def commit(demo: Demo, message: str) -> None:
    demo.run("git add --all")
    demo.run(f"git -c core.hooksPath=/dev/null commit --quiet --message '{message}'")


def counted(result: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Steps of a run that were computed, and those that came from the cache; switches and untaken cases are neither."""
    steps = [node for node in result["nodes"] if node["task"] and node["phase"] != "skipped"]
    return [named(node) for node in steps if not node["cached"]], [node["path"] for node in steps if node["cached"]]


def named(node: dict[str, Any]) -> str:
    """A computed step; of a map, how many of its items were."""
    return f"{node['path']} ({node['attempts']} of {node['items']} items)" if node["items"] else str(node["path"])


def outcomes(plan: dict[str, Any]) -> dict[str, str]:
    """What a plan says of each step at the next run: `yes`, `maybe`, or nothing."""
    return {node["node"]: node["outcome"] for node in plan["nodes"] if node["launch_plan"] is None}


def check_against_plan(result: dict[str, Any], foreseen: dict[str, str]) -> None:
    """Each step that was computed had been foreseen, and each `yes` of the plan was computed."""
    steps = {node["path"]: node for node in result["nodes"] if node["task"] and node["phase"] != "skipped"}
    computed = {path for path, node in steps.items() if not node["cached"]}
    surprises = [path for path in computed if foreseen.get(path, "none") not in ("yes", "maybe")]
    left_out = [path for path, outcome in foreseen.items() if outcome == "yes" and path not in computed]
    if surprises or left_out or not computed:
        raise StepFailed(f"the plan foresaw {foreseen}, but computed were {sorted(computed)}")


def steps(demo: Demo) -> None:
    demo.say("A project in a git repository")
    make_repository(demo)

    demo.say("Is it right? Signatures, types, wiring, in every domain; no user code is run")
    demo.run("flyteops validate")

    demo.say("What would change? Everything is new (exit code 2: changes are pending)")
    demo.run("flyteops plan --detailed-exitcode", expect=2)

    demo.say("Apply the commit to the registry: SQLite, inside the repository")
    demo.run("flyteops apply --auto-approve")

    demo.say("Run it on this machine")
    demo.run("flyteops run workflow/train")

    demo.say("Run it again")
    computed, cached = counted(demo.run_workflow())
    if computed or not cached:
        raise StepFailed(f"the second run should take everything from the cache, but computed: {', '.join(computed)}")
    print(f"All from the cache: {', '.join(cached)}.")

    demo.say("Change one line of YAML (a setting more in the sweep) and one of Python (the colour of the picture)")
    demo.change("pipelines/train.yaml", YAML_BEFORE, YAML_AFTER)
    demo.change("src/digits/report.py", PYTHON_BEFORE, PYTHON_AFTER)
    demo.run("git --no-pager diff --unified=0")
    commit(demo, "One setting more, and a blue picture")

    demo.say("What changes, what happens to the interface, what must be computed again and why?")
    demo.run("flyteops plan")
    foreseen = outcomes(json.loads(demo.run("flyteops plan -o json", capture=True)))
    demo.run("flyteops apply --auto-approve --quiet", quiet=True)

    demo.say("Only what has to run is run, as the plan had said")
    result = demo.run_workflow()
    computed, cached = counted(result)
    print(f"Computed:       {', '.join(computed)}\nFrom the cache: {', '.join(cached)}")
    check_against_plan(result, foreseen)

    demo.say("What a cluster would get: Argo manifests, one file an object")
    demo.run("flyteops render --out manifests", quiet=True)
    files = sorted(path.relative_to(demo.folder) for path in (demo.folder / "manifests").rglob("*") if path.is_file())
    if not files:
        raise StepFailed("render wrote no file")
    print("\n".join(f"  {path}" for path in files))

    demo.say(f"Done in {time.monotonic() - demo.began:.0f} s")
    print(f"The repository, for you to go on with: {demo.folder}")
    print(f"  cd {shlex.quote(str(demo.folder))} && export PATH={shlex.quote(str(BIN))}:$PATH")
    print("  flyteops run workflow/train --input wanted=0.999     # the verdict fails, and says why")
    print("  flyteops plan -d production                          # what an overlay changes")


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]).resolve() if arguments else Path(tempfile.mkdtemp(prefix="flyteops-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        print(f"demo: {folder} is not empty: name a new folder", file=sys.stderr)
        return 64
    try:
        steps(Demo(folder))
    except StepFailed as failed:
        print(f"\ndemo: {failed}\nThe repository is left as it is: {folder}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

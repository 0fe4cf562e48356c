"""How fast, as ratios of things measured side by side in this run; never an absolute promise.

    make bench                                # or: .venv/bin/python tools/bench.py [--only help plan slope …]
    make bench BENCH="--only plan --profile"  # and where the time goes

Each ratio is the median over rounds; in each round both sides run one after the other, so that a busy machine slows
both. Projects are generated, the same each time. A variable FLYTEOPS_BENCH_FLYTE that names the `flyte` program of
Flyte 2 adds a comparison with it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
FLYTEOPS = [str(Path(PYTHON).parent / "flyteops")]
BARE = [PYTHON, "-I", "-c", "pass"]
PER_MODULE = 10
SETTINGS = "apiVersion: flyteops/v1\nproject: bench\ncode: {roots: [src]}\ndeclarations: [pipelines]\n"
TASK = """\
apiVersion: flyteops/v1
tasks:
  task-{i:05d}:
    function: m{module:04d}:f{i}
    description: Task {i} of the bench, which turns rows into rows (turn {turn})
    outputs: [rows, share]
    resources: {{cpu: 500m, memory: 512Mi}}
    cache: {{version: "1", ignore: [verbose]}}
    retries: {{limit: 3, backoff: {{initial: 10s, factor: 2, max: 5m}}}}
    timeout: {{run: 2h}}
"""
FUNCTION = '''
def f{i}(rows: list[int], factor: float = 1.0, verbose: bool = False) -> tuple[list[int], float]:
    """Turns rows into rows.

    Args:
        rows: What is turned.
        factor: How much of it.
    """
    kept = [row for row in rows if row % {i1} == 0]
    return kept, factor * len(kept) / max(1, len(rows))

'''
RUN = """\
apiVersion: flyteops/v1
workflows:
  one:
    nodes:
      only: {task: "trivial:answer"}
    outputs: {o: $only}
"""
FLYTE_CONFIG = """\
admin: {endpoint: "dns:///localhost:1", insecure: true}
task: {project: bench, domain: development, org: bench}
"""
LOADER = """
import os, sys, yaml
for name in sorted(os.listdir(sys.argv[1])):
    with open(os.path.join(sys.argv[1], name), "rb") as file:
        yaml.load(file, Loader=yaml.CSafeLoader)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(BENCHES), default=list(BENCHES))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--profile", action="store_true", help="also: which functions and modules take the time")
    asked = parser.parse_args()
    print(f"{'what':<58} {'target':>8} {'reached':>9}   medians")
    late = 0
    with tempfile.TemporaryDirectory(prefix="flyteops-bench-") as folder:
        for name in asked.only:
            late += BENCHES[name](Path(folder), asked.rounds, asked.profile)
    print("All targets reached." if not late else f"{late} targets missed.")
    return 1 if late else 0


def bench_help(folder: Path, rounds: int, profile: bool) -> int:
    command = [*FLYTEOPS, "--help"]
    late = report("--help against `python -I -c pass`", 5, paired(timed(command, folder), timed(BARE, folder), rounds))
    if profile:
        import_times(command, folder)
    return late


def bench_plan(folder: Path, rounds: int, profile: bool) -> int:
    project = generated(folder, 1000)
    command = [*FLYTEOPS, "plan", "-o", "json"]
    loader = [PYTHON, "-I", "-c", LOADER, str(project / "pipelines")]
    cold = timed(command, project, before=lambda: forget(project))
    pairs = paired(cold, timed(loader, project), rounds)
    late = report("cold plan of 1,000 tasks against PyYAML's C loader alone", 4, pairs)
    if profile:
        forget(project)
        hot_functions(command, project)
    return late


def bench_slope(folder: Path, rounds: int, profile: bool) -> int:
    command = [*FLYTEOPS, "plan", "-o", "json"]
    sides = changed_plan(applied(folder, 10_000)), changed_plan(applied(folder, 1000))
    late = report("plan of 10,000 against 1,000, one file changed", 4, paired(*sides, min(rounds, 5)))
    if profile:
        hot_functions(command, applied(folder, 10_000))
    return late


def bench_memory(folder: Path, rounds: int, profile: bool) -> int:
    """Of one run: a peak does not depend on how busy the machine is."""
    del rounds, profile
    project = generated(folder, 10_000)
    forget(project)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    run([*FLYTEOPS, "plan", "-o", "json"], project)
    peak = max(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, before) / 1024
    print(f"{'memory of a cold plan of 10,000':<58} {150:>5} MiB {peak:>6.0f} MiB{'  MISSED' if peak > 150 else ''}")
    return int(peak > 150)


def bench_apply(folder: Path, rounds: int, profile: bool) -> int:
    del profile
    project = applied(folder, 1000)
    run(["git", "checkout", "-q", "."], project)
    apply, plan = [*FLYTEOPS, "apply", "-y"], [*FLYTEOPS, "plan", "-o", "json"]
    pairs = paired(timed(apply, project), timed(plan, project, before=lambda: forget_cache(project)), rounds)
    return report("apply of 1,000 unchanged against a cold plan of them", 1.5, pairs)


def bench_flyte(folder: Path, rounds: int, profile: bool) -> int:
    """Beside Flyte 2, where it is at hand: its functions are the same ten to a module, each with its decorator."""
    del profile
    flyte = os.environ.get("FLYTEOPS_BENCH_FLYTE")
    if not flyte:
        print("(no comparison with Flyte 2: FLYTEOPS_BENCH_FLYTE does not name its `flyte`)")
        return 0
    peer = folder / "peer"
    write(peer / "config.yaml", FLYTE_CONFIG)
    for module in range(1000 // PER_MODULE):
        write(peer / f"m{module:04d}.py", flyte_module(module))
    words = ["-c", "config.yaml", "deploy", "--dry-run", "--all", "--recursive", "--copy-style", "none"]
    theirs = timed([flyte, *words, "--version", "v1", "."], peer)
    late = 0
    for count in (1000, 10_000):
        # Half a second beside three: a burst of other work hits one side alone, so that few rounds say little.
        pairs = paired(changed_plan(applied(folder, count)), theirs, 2 * rounds)
        late += report(f"plan of {count:,}, one file changed, against Flyte 2's 1,000", 0.2, pairs)
    cold = generated(folder, 1000)
    pairs = paired(timed([*FLYTEOPS, "plan"], cold, before=lambda: forget(cold)), theirs, min(rounds, 5))
    return late + report("cold plan of 1,000 against Flyte 2's 1,000", 1, pairs)


def bench_run(folder: Path, rounds: int, profile: bool) -> int:
    project = folder / "run"
    write(project / "flyteops.yaml", SETTINGS)
    write(project / "pipelines" / "one.yaml", RUN)
    write(project / "src" / "trivial.py", "def answer() -> int:\n    return 42\n")
    commit(project)
    command = [*FLYTEOPS, "run", "workflow/one", "-o", "json"]
    pairs = paired(timed(command, project), timed(BARE, project), rounds)
    late = report("run of one trivial task against `python -I -c pass`", 25, pairs)
    if profile:
        import_times(command, project)
    return late


BENCHES: dict[str, Callable[[Path, int, bool], int]] = {
    "memory": bench_memory,  # the first: peaks of children count together
    "help": bench_help,
    "plan": bench_plan,
    "slope": bench_slope,
    "apply": bench_apply,
    "run": bench_run,
    "flyte": bench_flyte,
}


def generated(folder: Path, count: int) -> Path:
    """A project of so many tasks with no registry, made once."""
    project = folder / f"new-{count}"
    return project if project.exists() else generate(project, count)


def applied(folder: Path, count: int) -> Path:
    """A project of so many tasks that was applied, made once."""
    project = folder / f"applied-{count}"
    if not project.exists():
        generate(project, count)
        run([*FLYTEOPS, "apply", "-y"], project)
    return project


def changed_plan(project: Path) -> Callable[[], float]:
    """A plan after one file changed."""
    turns = iter(range(1, 1_000_000))

    def change() -> None:
        path = project / "pipelines" / "task-00007.yaml"
        path.write_text(TASK.format(i=7, module=0, turn=next(turns)), encoding="utf-8")

    return timed([*FLYTEOPS, "plan", "-o", "json"], project, before=change)


def flyte_module(module: int) -> str:
    """A module of the bench with the decorators of Flyte 2."""
    head = f'"""A module of the bench."""\nimport flyte\n\nenv = flyte.TaskEnvironment(name="m{module:04d}")\n'
    functions = range(module * PER_MODULE, (module + 1) * PER_MODULE)
    made = (FUNCTION.format(i=i, i1=i + 1).replace("\ndef f", "\n@env.task\ndef f", 1) for i in functions)
    return head + "".join(made)


def generate(project: Path, count: int) -> Path:
    """A project of `count` tasks, a file each, over modules of ten functions."""
    write(project / "flyteops.yaml", SETTINGS)
    write(project / ".gitignore", ".flyteops/\n__pycache__/\n")
    for i in range(count):
        text = TASK.format(i=i, module=i // PER_MODULE, turn=0)
        write(project / "pipelines" / f"task-{i:05d}.yaml", text)
    for module in range(count // PER_MODULE):
        functions = range(module * PER_MODULE, (module + 1) * PER_MODULE)
        text = '"""A module of the bench."""\n' + "".join(FUNCTION.format(i=i, i1=i + 1) for i in functions)
        write(project / "src" / f"m{module:04d}.py", text)
    commit(project)
    return project


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def commit(project: Path) -> None:
    identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.invalid", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "bench"]):
        subprocess.run(["git", *words], cwd=project, check=True, stdout=subprocess.DEVNULL)


def forget(project: Path) -> None:
    """Takes away what an earlier plan left, so that the next one is cold."""
    subprocess.run(["rm", "-rf", str(project / ".flyteops")], check=True)


def forget_cache(project: Path) -> None:
    """Takes away what an earlier plan kept, and leaves what was applied."""
    subprocess.run(["rm", "-rf", str(project / ".flyteops" / "cache")], check=True)


def environment() -> dict[str, str]:
    """The environment of what is measured: nobody's settings, and bytecode kept, as on anybody's machine."""
    left = {name: value for name, value in os.environ.items() if not name.startswith(("FLYTEOPS_", "PYTHON"))}
    left.pop("CI", None)
    return left


def run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        shown = " ".join(word for word in command if "\n" not in word)
        sys.exit(f"bench: `{shown}` ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def timed(command: list[str], folder: Path, before: Callable[[], None] = lambda: None) -> Callable[[], float]:
    """A measurement: seconds of one run of the command; what is done before does not count."""

    def measure() -> float:
        before()
        began = time.perf_counter()
        run(command, folder)
        return time.perf_counter() - began

    return measure


def paired(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> list[tuple[float, float]]:
    """Both sides, one after the other, in every round; the first round only warms the disk."""
    pairs = [(ours(), theirs()) for _ in range(rounds + 1)]
    return pairs[1:]


def report(what: str, target: float, pairs: list[tuple[float, float]]) -> int:
    """Prints one line; 1 when the target is missed."""
    ratio = statistics.median(a / b for a, b in pairs)
    ours, theirs = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
    mark = "" if ratio <= target else "  MISSED"
    digits = 2 if target < 1 else 1
    print(f"{what:<58} {target:>7g}x {ratio:>8.{digits}f}x   {ours:.0f} ms : {theirs:.0f} ms{mark}", flush=True)
    return int(ratio > target)


def import_times(command: list[str], folder: Path) -> None:
    """The ten slowest imports, with what they import themselves, in ms."""
    words = [PYTHON, "-X", "importtime", *command]
    said = subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True, check=False).stderr
    rows = [
        line.removeprefix("import time:").split("|") for line in said.splitlines() if line.startswith("import time:")
    ]
    slow = sorted(((int(row[1]), row[2].strip()) for row in rows if row[1].strip().isdigit()), reverse=True)[:10]
    print("    imports, ms: " + ", ".join(f"{name} {us / 1000:.1f}" for us, name in slow))


PROFILED = """
import cProfile, json, pstats, sys, io, contextlib
from flyteops.cli.main import main
profile = cProfile.Profile()
with contextlib.redirect_stdout(io.StringIO()):
    profile.runcall(main, sys.argv[1:])
rows = [(own, total, calls, f"{file.rpartition('flyteops/')[2]}:{line} {name}")
        for (file, line, name), (_, calls, own, total, _) in pstats.Stats(profile).stats.items()]
print(json.dumps(sorted(rows, reverse=True)[:15]))
"""


def hot_functions(command: list[str], folder: Path) -> None:
    """The functions with the most time of their own, as the profiler sees it (it slows small ones)."""
    words = [PYTHON, "-c", PROFILED, *command[1:]]
    done = subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True, check=True)
    for own, total, calls, name in json.loads(done.stdout.splitlines()[-1]):
        print(f"    {own:7.3f} s own {total:7.3f} s in all {calls:>8} calls  {name}")


if __name__ == "__main__":
    sys.exit(main())

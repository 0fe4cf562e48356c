"""The attack corpus (Y01 to Y20, P01 to P08): the real `validate` refuses each row by code and place.

In 2 s of processor time and 256 MiB of address space, without running or connecting to anything; the one child is a
hardened `git ls-files`.
The whole messages are in hostile_messages.json, by the row's id; `--update-golden` rewrites it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import git

CHILD = Path(__file__).with_name("hostile_child.py")
MESSAGES = Path(__file__).with_name("hostile_messages.json")
BOUND_S = 2.0
HEAD = "apiVersion: flyteops/v1\n"
TASK = HEAD + "tasks: {fit: {function: 'churn.model:fit'}}\n"
CANARY = "open('canary', 'w').close()\n"
FIT = "def fit(rows: int) -> float: ...\n"
ALIASES = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
)
MERGES = "m: &m\n" + "".join(f"  k{at}: 1\n" for at in range(1000)) + "".join(
    f"x{at}:\n  <<: [{', '.join(['*m'] * 50)}]\n" for at in range(100)
)  # fmt: skip
Files = dict[str, str | bytes]


def declared(text: str | bytes) -> Files:
    return {"pipelines/a.yaml": text, "src/churn/model.py": FIT}


def body(text: str) -> Files:
    return declared(HEAD + text)


def python(text: str | bytes, function: str = "churn.model:fit", **others: str) -> Files:
    named = {path.replace("__", "/") + ".py": each for path, each in others.items()}
    return {
        "pipelines/a.yaml": HEAD + f"tasks: {{fit: {{function: '{function}'}}}}\n",
        "src/churn/model.py": text,
    } | named


def number(text: str) -> Files:
    nodes = "{fit: {task: 'churn.model:fit', inputs: [rows]}}"
    return body(f"workflows: {{w: {{inputs: {{rows: {{type: int, default: {text}}}}}, nodes: {nodes}}}}}\n")


ROWS: dict[str, Files] = {
    "Y01-apply": body("a: !!python/object/apply:os.system ['touch canary']\n"),
    "Y01-verbatim": body("a: !<tag:yaml.org,2002:python/object/new:os.system> ['touch canary']\n"),
    "Y02-binary": body("a: !!binary aGk=\n"),
    "Y02-local": body("a: !local x\n"),
    "Y03-alias-bomb": body(ALIASES),
    "Y04-loop": body("a: &a [*a]\n"),
    "Y05-merge-bomb": body(MERGES),
    "Y06-deep-flow": body("a: " + "[" * 100_000),
    "Y06-deep-flow-map": body("a: " + "{a: " * 100_000),
    "Y07-deep-block": body("\n".join(" " * level + "a:" for level in range(1000))),
    "Y08-twice": body("tasks: {}\ntasks: {}\n"),
    "Y08-quoted": body("tasks: {}\n'tasks': {}\n"),
    "Y08-normal-forms": body("b\u00e9: 1\nbe\u0301: 2\n"),
    "Y09-no-for-a-number": number("NO"),
    "Y09-base-sixty": number("1:30"),
    "Y09-underscores": number("1_000"),
    "Y10-digits": number("9" * 100_000),
    "Y10-too-large-a-float": number("1e400"),
    "Y10-not-a-number": number(".nan"),
    "Y11-list": body("? [a]\n: 1\n"),
    "Y11-null": body("null: 1\n"),
    "Y11-int": body("tasks: {1: {function: 'churn.model:fit'}}\n"),
    "Y12-second": body("tasks: {}\n---\ntasks: {}\n"),
    "Y12-directive": declared("%TAG ! tag:yaml.org,2002:python/\n---\n" + TASK),
    "Y13-next-line": body("a: x\u0085b: 1\n"),
    "Y13-line-separator": body("a: x\u2028b: 1\n"),
    "Y14-utf-16": declared(TASK.encode("utf-16")),
    "Y14-bad-utf-8": declared(TASK.encode() + b"# \xff\n"),
    "Y14-nul": declared(TASK + "# \0\n"),
    "Y14-mark-inside": declared(TASK + "# \ufeff\n"),
    "Y15-override": declared(TASK + "# \u202e\n"),
    "Y15-isolate": body("tasks: {fit: {function: 'churn.model:fit', description: \u2066x}}\n"),
    "Y16-cyrillic": body("tasks: {f\u0456t: {function: 'churn.model:fit'}}\n"),
    "Y16-capital": body("tasks: {Fit: {function: 'churn.model:fit'}}\n"),
    "Y17-keys": body("".join(f"k{at:x}: 1\n" for at in range(110_000))),
    "Y17-size": declared(TASK + "# " + "x" * 50_000_000),
    "Y18-like-ring": body("tasks: {a: {like: b}, b: {like: a}}\n"),
    "Y19-field": body("tasks: {fit: {function: 'churn.model:fit', retires: 3}}\n"),
    "Y20-name": body("tasks:\n  ? " + "a" * 100_000 + "\n  : {function: 'churn.model:fit'}\n"),
    "Y20-duration": body(f"tasks: {{fit: {{function: 'churn.model:fit', timeout: {'1h' * 100_000}}}}}\n"),
    "P01-top-level": python(CANARY + "def fit(*a): ...\n"),
    "P02-hooks": python("def fit(*a): ...\n", **dict.fromkeys(("setup", "conftest", "sitecustomize", "src__churn____init__"), CANARY)),  # noqa: E501
    "P03-system": python(FIT, "os:system"),
    "P03-eval": python(FIT, "builtins:eval"),
    "P03-dunder": python(FIT, "churn.model:__builtins__"),
    "P03-walk": python(FIT, "churn.model:fit.__globals__"),
    "P03-call": python(FIT, "churn.model:fit()"),
    "P04-default": python("def fit(rows: int = 's', x: int = __import__('os').system('touch canary')): ...\n"),
    "P05-parentheses": python("(" * 1_000_000),
    "P05-power": python("X = 9**9**9\ndef fit(rows: int = 9**9**9, *a): ...\n"),
    "P05-size": python(b"x = 1\n" * 8_000_000),
    "P06-shadows": python("def fit(*a): ...\n", yaml=CANARY, json=CANARY, src__yaml=CANARY, flyteops____init__=CANARY),
    "P07-globals": python("globals()['fit'] = len\n"),
    "P07-setattr": python("import sys\nsetattr(sys.modules[__name__], 'fit', len)\n"),
    "P08-cookie": python(b"# coding: utf-7\n" + FIT.encode()),
    "P08-ligature": python("def \ufb01t(*a): ...\n"),
}  # fmt: skip


def placed(project: Path, files: Files) -> None:
    settings = "apiVersion: flyteops/v1\nproject: churn\ncode: {roots: [src]}\ndeclarations: [pipelines]\n"
    for path, content in {"flyteops.yaml": settings, **files}.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("row", ROWS)
def test_the_row_is_refused(row: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    placed(tmp_path, ROWS[row])
    git(tmp_path, "init", "--quiet")
    surroundings = {"PATH": os.environ["PATH"], "COLUMNS": "200", "LC_ALL": "C.UTF-8"}
    ended = subprocess.run(
        [sys.executable, "-P", str(CHILD)], cwd=tmp_path, env=surroundings, capture_output=True, timeout=60, check=False
    )
    found = (ended.stdout + ended.stderr).decode().replace(str(tmp_path), "<project>")
    assert ended.returncode == 4, found[:2000]
    assert not (tmp_path / "canary").exists(), "code of the project ran"
    assert float((tmp_path / "used.txt").read_text("ascii")) < BOUND_S
    assert re.search(r"^error\[FO\d{3}\]: .+\n *--> [^\n]+:\d+:\d+$", found, re.MULTILINE), found[:2000]
    kept = json.loads(MESSAGES.read_text("utf-8")) if MESSAGES.exists() else {}
    if request.config.getoption("--update-golden"):
        kept[row] = found.splitlines()
        MESSAGES.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert found.splitlines() == kept.get(row)


def test_every_row_of_the_corpus_is_here() -> None:
    rows = {name[:3] for name in ROWS}
    assert rows == {*(f"Y{at:02}" for at in range(1, 21)), *(f"P{at:02}" for at in range(1, 9))}

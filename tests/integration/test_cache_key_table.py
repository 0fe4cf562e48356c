"""Every ingredient of a cache key, changed one after the other: what the plan says is what the run does.

One project, applied and run after each edit; `one` counts its image, its packages and some files, `two` counts none.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.integration.conftest import Repository

FILES = {
    "flyteops.yaml": "apiVersion: flyteops/v1\nproject: keys\n",
    "requirements.txt": "numpy==2.2.0\n",
    "sql/a/one.sql": "select 1\n",
    "sql/note.md": "nothing\n",
    "src/steps.py": (
        "LIMIT = 3\n\n\ndef one(x: int, verbose: bool = False) -> int:\n    return x + LIMIT\n\n\n"
        "def two(x: int) -> int:\n    return x + 2\n"
    ),
    "pipelines/keys.yaml": """\
apiVersion: flyteops/v1
images:
  train: {python: "3.12", requirements: requirements.txt, registry: ghcr.io/acme}
node_pools:
  cpu: {cpu: 8, memory: 32Gi, price_per_hour: 1}
tasks:
  one:
    function: steps:one
    image: train
    cache: {include: [image, lock, {files: "sql/**/*.sql"}], ignore: [verbose], max_age: 30d}
  two: {function: "steps:two", image: train, cache: true}
workflows:
  keys:
    nodes:
      one: {task: one, inputs: {x: 1, verbose: false}}
      two: {task: two, inputs: {x: 1}}
""",
}
YAML, STEPS = "pipelines/keys.yaml", "src/steps.py"
NONE: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edit:
    """One edit of a file; what runs again, and the reason that the plan gives for `one`."""

    path: str
    old: str
    new: str
    ran: tuple[str, ...]
    why: str = ""
    image_of_two: bool = False
    """Whether the plan says that results are kept though the image changed."""


EDITS = (
    Edit("requirements.txt", "numpy==2.2.0", "# arrays\nnumpy==2.2.0", NONE),
    Edit(
        "requirements.txt",
        "numpy==2.2.0",
        "numpy==2.2.1",
        ("one",),
        "the image changed; the locked packages changed",
        image_of_two=True,
    ),
    Edit(YAML, 'python: "3.12"', 'python: "3.13"', ("one",), "the image changed", image_of_two=True),
    Edit(YAML, "registry: ghcr.io/acme", "registry: ghcr.io/acme/ml", NONE, image_of_two=True),
    Edit(YAML, "{python", "{apt: [git], python", ("one",), "the image changed", image_of_two=True),
    Edit("sql/a/one.sql", "select 1", "select 2", ("one",), "file sql/a/one.sql changed"),
    Edit("sql/note.md", "nothing", "something", NONE),
    Edit(YAML, '{files: "sql/**/*.sql"}', "{files: [sql]}", ("one",), "file sql/note.md added"),
    Edit(YAML, "[image, lock, {files: [sql]}]", "[{files: [sql]}, lock, image]", NONE),
    Edit(
        YAML, "[{files: [sql]}, lock, image]", "[{files: sql}]", ("one",), "cache include [file, image, lock] -> [file]"
    ),
    Edit("requirements.txt", "numpy==2.2.1", "numpy==2.2.2", NONE, image_of_two=True),
    Edit(YAML, "ignore: [verbose]", "ignore: [verbose], serialize: true", NONE),
    Edit(YAML, "max_age: 30d", "max_age: 60d", NONE),
    Edit(YAML, "verbose: false", "verbose: true", NONE),
    Edit(YAML, "{x: 1, verbose", "{x: 2, verbose", ("one",), "input x: 1 -> 2"),
    Edit(YAML, "price_per_hour: 1", "price_per_hour: 2, spot: false, selector: {pool: cpu}", NONE),
    Edit(
        YAML, "    image: train", "    image: train\n    resources: {memory: 1Gi, priority: high}\n    retries: 2", NONE
    ),
    Edit(STEPS, "LIMIT = 3", "# a limit\nLIMIT = 3", NONE),
    Edit(STEPS, "LIMIT = 3", "LIMIT = 4", ("one",), "code of task/one changed"),
    Edit(STEPS, "def two(x: int) -> int:", 'def two(x: int) -> int:\n    """Two more."""', NONE),
    Edit(
        STEPS,
        "verbose: bool = False",
        "verbose: bool = False, also: int | None = None",
        ("one",),
        "code of task/one changed; interface of task/one changed; input also: (left out) -> none",
    ),
    Edit(YAML, "serialize: true", 'serialize: true, version: "7"', ("one",), 'cache version by code -> "7"'),
    Edit(STEPS, "x + LIMIT", "x - LIMIT", NONE),
)
KEPT = "the image of task/two changed; its cached results are kept (cache: {include: [image]} would drop them)"


@pytest.fixture
def keys(tmp_path, make_project, run_cli):
    for path, text in FILES.items():
        (tmp_path / "files" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "files" / path).write_text(text, encoding="utf-8")
    return Repository(make_project(tmp_path / "files"), run_cli)


def test_every_ingredient_of_a_key(keys):
    keys.flyteops("apply", "-y")
    assert keys.answer("run", "workflow/keys")["phase"] == "succeeded"
    for edit in EDITS:
        keys.edit(edit.path, edit.old, edit.new)
        keys.commit(f"{edit.old} -> {edit.new}")
        plan = keys.answer("plan")
        said = {row["node"]: "; ".join(row["reasons"]) for row in plan["nodes"] if row["outcome"] != "none"}
        assert keys.flyteops("apply", "-y").code == 0
        nodes = keys.answer("run", "workflow/keys")["nodes"]
        ran = tuple(node["path"] for node in nodes if not node["cached"])
        assert (edit, ran, said) == (edit, edit.ran, dict.fromkeys(edit.ran, edit.why))
        assert (edit, KEPT in plan["warnings"]) == (edit, edit.image_of_two)

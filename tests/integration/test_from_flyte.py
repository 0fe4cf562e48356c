"""Code of Flyte as its users have it: one project, run without flytekit and, where there is one, with it."""

from __future__ import annotations

import os
import sys

import pytest

from flyteops.runtime.flyte.finder import FlyteFinder

FLYTEKIT = os.environ.get("FLYTEKIT_PYTHON", "")
"""A Python that has flytekit and pyarrow."""
WORK, YAML = "src/lib/work.py", "pipelines/all.yaml"
OUTPUTS = {
    "greeted": "HELLO YOU IN A CONTAINER",
    "outer": "OUTER YOU",
    "count": 24,
    "count2": 3,
    "none": 0,
    "names": ["0.txt", "1.txt", "2.txt", "0.txt", "1.txt", "2.txt"],
    "total": 6,
    "again": 6,
    "context": "True None b'state' 1 sesame sesame",
    "flaky": "worked after 1",
    "sums": 6,
    "fan": 12,
    "folded": {"words": 5},
}
WITH = pytest.param(
    FLYTEKIT,
    marks=pytest.mark.skipif(not FLYTEKIT, reason="FLYTEKIT_PYTHON names no Python that has flytekit and pyarrow"),
    id="flytekit",
)


@pytest.fixture
def flyte(project, monkeypatch):
    made = project("flyte")
    monkeypatch.setenv("FLYTEOPS_SECRET_TOK", "sesame")
    return made


@pytest.mark.parametrize("python", [pytest.param("", id="stand-in"), WITH])
def test_it_runs_alike(flyte, python: str, tmp_path) -> None:
    given = ["--input", f"at={tmp_path / 'attempts'}", *(["--python", python] if python else [])]
    answer = flyte.answer("run", "workflow/all", *given)
    outputs = answer["outputs"]
    assert outputs.pop("same")["sha256"] == outputs.pop("made")["sha256"]
    assert outputs == OUTPUTS
    page = next((flyte.root / ".flyteops" / "store" / "runs").glob("*/context/*/deck.html"))
    assert "<h2>page</h2>\n<b>hi</b>" in page.read_text()


@pytest.mark.parametrize("python", [pytest.param("", id="stand-in"), WITH])
def test_a_handler_gets_flytes_error(flyte, python: str, tmp_path) -> None:
    told = tmp_path / "told"
    given = ["--input", f"told={told}", *(["--python", python] if python else [])]
    assert flyte.flyteops("run", "workflow/failing", *given).code == 6
    assert told.read_text() == "FlyteError ValueError: no way"


def test_a_process_that_ran_it_inline_has_no_flyte_afterwards(flyte) -> None:
    assert flyte.flyteops("run", "task/greet", "--inline", "--input", "name=a").code == 0
    assert not any(isinstance(each, FlyteFinder) for each in sys.meta_path)
    assert "union" not in sys.modules


def test_a_place_to_upload_to_is_refused(flyte) -> None:
    flyte.edit(WORK, "return FlyteFile(path)", 'return FlyteFile(path, remote_path="s3://elsewhere/out.txt")')
    flyte.edit(YAML, "tasks:\n", 'tasks:\n  write: {function: "lib.work:write", retries: 3}\n')
    ended = flyte.flyteops("run", "task/write", "--input", "text=a")
    assert "FlyteFile names a place to upload to, s3://elsewhere/out.txt: leave it out" in ended.stdout
    assert "attempt 2" not in ended.stdout + ended.stderr


def test_what_the_stand_in_lacks_says_so_where_nothing_was_checked(flyte) -> None:
    flyte.edit(WORK, 'return f"outer {name}"', 'return getattr(flytekit, "map_task")(greet)(name=[name])')
    ended = flyte.flyteops("run", "task/lib.work:outer", "--input", "name=a")
    assert ended.code == 6
    assert "flytekit.map_task is used, which is there only where flytekit is installed" in ended.stdout
    assert "attempt 2" not in ended.stdout


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "pandas\nflytekit>=1.16\n"),
        ("pyproject.toml", '[project]\nname = "a"\ndependencies = [\n  "union",\n]\n'),
    ],
)
def test_a_project_that_names_flytekit_may_use_all_of_it(flyte, path: str, text: str) -> None:
    flyte.edit(WORK, 'return f"outer {name}"', "return str(flytekit.map_task(greet)(name=[name]))")
    told = flyte.flyteops("validate").stderr
    assert told.count("error[FO453]: flytekit.map_task is there only where flytekit is installed") == 1
    (flyte.root / path).write_text(text)
    assert "FO453" not in flyte.flyteops("validate").stderr
    (flyte.root / path).write_text('flytekit-like\n# flytekit\nreunion\nname = "a union of things"\n')
    assert flyte.flyteops("validate").stderr == told


def test_only_the_image_counts_for_a_task_that_has_one(flyte) -> None:
    flyte.edit(WORK, 'return f"hello', 'flytekit.map_task(add)\n    return f"hello')
    (flyte.root / "requirements.txt").write_text("flytekit\n")
    flyte.edit(YAML, "tasks:\n", 'images:\n  bare: {python: "3.12", packages: [pandas]}\ntasks:\n')
    flyte.edit(YAML, 'greet", cache: true', 'greet", cache: true, image: bare')
    assert "error[FO453]" in flyte.flyteops("validate").stderr
    flyte.edit(YAML, "packages: [pandas]", "packages: [flytekit==1.16.0]")
    assert "FO453" not in flyte.flyteops("validate").stderr


def test_memory_in_a_decorator_empties_no_cache(flyte) -> None:
    flyte.flyteops("run", "task/greet", "--input", "name=a")
    flyte.edit(WORK, 'mem="1Gi"', 'mem="64Gi"')
    assert "1 came from the cache" in flyte.flyteops("run", "task/greet", "--input", "name=a").stdout
    flyte.edit(WORK, ".upper()", ".upper() + '!'")
    assert "0 came from the cache" in flyte.flyteops("run", "task/greet", "--input", "name=a").stdout

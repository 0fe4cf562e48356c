"""A project of nested types, folders and pickles: what it gives, what counts for its cache, what it refuses."""

from __future__ import annotations

import pytest

YAML, WORK = "pipelines/survey.yaml", "src/survey/work.py"


@pytest.fixture
def survey(project):
    return project("survey")


def test_what_the_classes_hold_arrives(survey) -> None:
    answer = survey.answer("run", "workflow/train")
    assert answer["outputs"] == {
        "used": 3.0,
        "rows": 3,
        "length": 86_400_000_000,  # left out, filled up with the default of its class
        "weights": 1.0,
        "count": {"files": 2, "listed": 1, "one": 8},
        "packed": {"files": 1, "listed": 1, "one": 2},
    }


def test_a_folder_counts_by_its_content(survey) -> None:
    survey.answer("run", "workflow/train")
    (survey.root / "raw").rename(survey.root / "elsewhere")
    survey.edit(YAML, "raw: Directory = raw", "raw: Directory = elsewhere")
    survey.edit(YAML, "raw/deep]", "elsewhere/deep]")
    assert "2 came from the cache" in survey.flyteops("run", "workflow/train").stdout
    (survey.root / "elsewhere" / "a.csv").write_text("1,3\n")
    assert "0 came from the cache" in survey.flyteops("run", "workflow/train").stdout


WRONG = [
    ("raw: Directory = raw", "raw: Directory = rawe", "FO601", "the folder rawe is not there"),
    ("raw: Directory = raw", "raw: Directory = raw/a.csv", "FO601", "the folder raw/a.csv is a file"),
    ("$ask.regions.0", "$ask.regions.first", "FO216", '$ask.regions is a list and has no "first"'),
    ("$fit.price", "$fit.forest.trees", "FO216", "$fit.forest is an object, which only a task can look into"),
    ("$split.test.worst.window.rows", "$ask.note.x", "FO216", "$ask.note may be none"),
    ("[$fit.forest]", "[{trees: []}]", "FO426", "an item is an object of survey.kinds:Forest"),
    ("{rows: 3, start", "{rows: three, start", "FO250", "Window.rows must be int, not three"),
    ("{rows: 3, start", "{row: 3, start", "FO251", 'Window has no field "row"'),
    ("outputs: {fitted: {pickle: true}}, ", "", "FO422", "survey.kinds:Forest, which can only travel as pickles"),
]


@pytest.mark.parametrize(("old", "new", "code", "told"), WRONG)
def test_wrong(survey, old: str, new: str, code: str, told: str) -> None:
    survey.edit(YAML, old, new)
    ended = survey.flyteops("run", "workflow/train")
    assert ended.code == 4
    assert f"error[{code}]" in ended.stderr
    assert told in ended.stderr


RETURNED = [
    ('Decimal("1.10"), {2026', '"1.10", {2026', "decimal.Decimal was declared, the function returned str '1.10'"),
    ('{2026: "a"', '{"2026": "a"', "int was declared, the function returned str '2026'"),
    ("return Directory(out)", "return out / 'none'", "there is no folder"),
    ("return list(folder)", "return [folder]", "is a folder: declare Directory, or return one of its files"),
    ("return request\n", "request.window = None\n    return request\n", ".window: record(rows, start, length) was"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), RETURNED)
def test_what_a_function_returns_is_checked(survey, old: str, new: str, told: str) -> None:
    survey.edit(WORK, old, new)
    ended = survey.flyteops("run", "workflow/train")
    assert ended.code == 6
    assert told in ended.stdout + ended.stderr

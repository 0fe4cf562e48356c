"""The functions of pipelines/digits are ordinary Python: they are tested as such, with nothing of ours around."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "pipelines" / "digits" / "src"
pytest.importorskip("sklearn")


@pytest.fixture(autouse=True)
def _project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(SOURCES))
    monkeypatch.chdir(tmp_path)


def parts() -> tuple[Path, Path, Path]:
    from digits.data import load, split

    return split(load(), 7)


def rows(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_load_writes_every_image() -> None:
    from digits.data import load

    lines = load().read_text().splitlines()
    assert len(lines) == 1797
    assert {len(line.split(",")) for line in lines} == {65}


def test_the_parts_cover_all_images_and_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    first = parts()
    texts = [path.read_text() for path in first]
    assert [rows(path) for path in first] == [1078, 359, 360]
    assert [path.read_text() for path in parts()] == texts


def test_the_first_of_equally_good_models_is_chosen() -> None:
    from digits.models import Family, Score, Setting, choose, fit

    train, validation, test = parts()
    model, score = fit(train, validation, Setting(name="straight", family=Family.LOGISTIC, strength=0.1))
    assert score == Score(name="straight", accuracy=score.accuracy)
    assert score.accuracy > 0.9
    twin = Score(name="twin", accuracy=score.accuracy)
    chosen, accuracy, name = choose([model, model], [score, twin], test)
    assert (chosen, name) == (model, "straight")
    assert accuracy > 0.9


@pytest.mark.parametrize("family", ["neighbours", "logistic", "curve"])
def test_every_family_can_be_built(family: str) -> None:
    from digits.models import Family, Setting, build

    assert hasattr(build(Setting(name="x", family=Family(family))), "fit")


def test_the_report_counts_every_test_image_and_escapes_the_headline() -> None:
    from digits.models import Family, Setting, fit
    from digits.report import report

    train, validation, test = parts()
    model, _ = fit(train, validation, Setting(name="near", family=Family.NEIGHBOURS, strength=3))
    table, page = report(model, test, "<b>good</b>")
    header, *body = list(csv.reader(table.read_text().splitlines()))
    assert header == ["digit", *map(str, range(10))]
    assert sum(int(count) for row in body for count in row[1:]) == 360
    assert "<h1>&lt;b&gt;good&lt;/b&gt;</h1>" in page.read_text()


def test_the_headline_is_one_sentence() -> None:
    from digits.report import headline

    assert headline("near", 0.98611, "excellent") == "near is excellent: 98.6% of the unseen digits are read correctly"


@pytest.mark.parametrize("project", ["digits", "hello"])
def test_nothing_of_ours_is_imported(project: str) -> None:
    files = sorted((ROOT / "pipelines" / project / "src").rglob("*.py"))
    assert files
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.partition(".")[0] == "flyteops"], file


def test_hello_greets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "pipelines" / "hello" / "src"))
    from hello.words import greet

    assert greet("you") == "Hello, you!"

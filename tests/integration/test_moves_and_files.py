"""A renamed task keeps its results; a data file of the repository counts by its content, and the plan sees it."""

from tests.integration.test_plan_says_what_runs import ALWAYS, YAML, ran

FILE_PIPELINE = """\
apiVersion: flyteops/v1
workflows:
  count:
    inputs:
      rows: {type: File, default: data/rows.csv}
    nodes:
      lines: {task: lines, inputs: [rows]}
    outputs: {n: $lines}
tasks:
  lines: {function: "orders.counting:lines", cache: true}
"""
COUNTING = """\
from pathlib import Path


def lines(rows: Path) -> int:
    return len(rows.read_text().splitlines())
"""


def first_run(project):
    repository = project("orders")
    assert repository.flyteops("apply", "-y").code == 0
    repository.answer("run", "workflow/orders")
    return repository


def test_a_moved_task_keeps_its_results(project):
    orders = first_run(project)
    orders.edit(YAML, "  price:\n    function", "  pricing:\n    function")
    orders.edit(YAML, "map: price", "map: pricing")
    orders.edit("pipelines/production.yaml", "  price:", "  pricing:")
    orders.edit(YAML, "\nworkflows:", "\nmoved:\n  - {from: task/price, to: task/pricing}\n\nworkflows:")
    orders.commit("rename")
    plan = orders.answer("plan")
    assert {(change["action"], change["address"]) for change in plan["changes"]} == {
        ("move", "task/pricing"),
        ("update", "workflow/enrich"),
    }
    assert [row["node"] for row in plan["nodes"] if row["outcome"] == "yes"] == []
    assert orders.flyteops("apply", "-y").code == 0
    assert ran(orders.answer("run", "workflow/orders")) == ALWAYS


def test_without_moved_a_renamed_task_runs_again_and_the_plan_says_so(project):
    orders = first_run(project)
    orders.edit(YAML, "  price:\n    function", "  pricing:\n    function")
    orders.edit(YAML, "map: price", "map: pricing")
    orders.edit("pipelines/production.yaml", "  price:", "  pricing:")
    orders.commit("rename")
    rows = [row for row in orders.answer("plan")["nodes"] if row["workflow"] == "orders"]
    assert {row["node"] for row in rows if row["outcome"] == "yes"} == {"enrich.price"}
    assert ran(orders.answer("run", "workflow/orders")) == ALWAYS | {"enrich.price"}


def test_a_data_file_counts_by_its_content(project):
    repository = project("orders")
    (repository.root / "data").mkdir()
    (repository.root / "data" / "rows.csv").write_text("a\nb\n", "utf-8")
    (repository.root / "pipelines" / "count.yaml").write_text(FILE_PIPELINE, "utf-8")
    (repository.root / "src" / "orders" / "counting.py").write_text(COUNTING, "utf-8")
    repository.commit("count")
    assert repository.flyteops("apply", "-y").code == 0
    assert repository.answer("run", "workflow/count")["outputs"] == {"n": 2}
    assert ran(repository.answer("run", "workflow/count")) == frozenset()

    (repository.root / "data" / "rows.csv").write_text("a\nb\nc\n", "utf-8")
    repository.commit("more rows")
    plan = repository.answer("plan")
    assert [change["address"] for change in plan["changes"]] == ["workflow/count"]
    assert [(row["node"], row["outcome"]) for row in plan["nodes"]] == [("lines", "yes")]
    assert repository.flyteops("apply", "-y").code == 0
    answer = repository.answer("run", "workflow/count")
    assert (ran(answer), answer["outputs"]) == ({"lines"}, {"n": 3})

"""Diagnostics and plans as GitHub's workflow commands, and diagnostics as SARIF."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flyteops.model.catalogue import CATALOGUE
from flyteops.model.diagnostics import Diagnostic, Place, Related, Severity
from flyteops.model.plan import PlanContext, Refusal
from flyteops.views.github import diagnostics_annotations, plan_annotations
from flyteops.views.sarif import sarif_wire
from tests.unit.plan import samples as s

PLACE = Place(path="pipelines/a,b:c.yaml", line=3, column=5, end_line=3, end_column=9)
FOUND = Diagnostic(
    code="FO217", message="100% wrong\n::error::mine", place=PLACE, label="here", help="look", related=()
)


def test_a_diagnostic_is_one_line_whatever_it_says() -> None:
    assert diagnostics_annotations([FOUND]) == (
        "::error file=pipelines/a%2Cb%3Ac.yaml,line=3,col=5,endLine=3,endColumn=9,title=FO217::"
        "100%25 wrong%0A::error::mine (here)%0Ahelp: look\n"
    )


def test_a_range_over_lines_has_no_end_column() -> None:
    place = replace(PLACE, path="a.yaml", end_line=4)
    assert diagnostics_annotations([replace(FOUND, message="m", place=place, label="", help="")]) == (
        "::error file=a.yaml,line=3,col=5,endLine=4,title=FO217::m\n"
    )


def test_paths_count_from_the_root_of_the_repository() -> None:
    found = replace(FOUND, message="m", place=replace(PLACE, path="a.yaml"), label="", help="")
    assert diagnostics_annotations([found], folder="ml/").startswith("::error file=ml/a.yaml,line=3,")
    log: Any = sarif_wire([found], tool="0.1.0", catalogue=CATALOGUE, folder="ml/")
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "ml/a.yaml"}


def test_errors_come_first_and_each_kind_is_capped() -> None:
    many = [replace(FOUND, message=f"w{number}", severity=Severity.WARNING) for number in range(12)]
    lines = diagnostics_annotations([*many, FOUND]).splitlines()
    assert lines[0].startswith("::error ")
    assert sum(line.startswith("::warning ") for line in lines) == 10
    assert lines[-1] == "2 more of kind warning are not annotated: see -o json"
    assert diagnostics_annotations([]) == ""


def test_a_plan() -> None:
    place = replace(PLACE, path="a.yaml")
    fit = replace(s.FIT, interface=replace(s.FIT.interface, outputs=s.FIT.interface.outputs[:1]))
    after = replace(s.with_task(fit), launch_plans={}, origins={"task/fit": place})
    refusal = Refusal(rule="FO721", message="too much", protects="p", way_out="less")
    assert plan_annotations(s.plan_from(s.SHOP, after), PlanContext(refusals=(refusal,))) == (
        "::error title=FO721%3A apply would refuse::too much%0Aless\n"
        "::warning file=a.yaml,line=3,title=FO-I107%3A breaking::task/fit: output accuracy is gone; "
        "used by workflow/train.fit\n"
        "::warning title=retire::launch_plan/nightly is retired\n"
        "::notice title=flyteops plan of shop/development::Plan: 0 to add, 1 to change, 1 to retire. "
        "Interface: 1 breaking. Recompute: 3 of 10 steps, 5 more maybe.\n"
    )


def test_sarif() -> None:
    related = Related(place=replace(PLACE, line=1, end_line=1), label="first")
    found = [replace(FOUND, message="m", related=(related,)), replace(FOUND, code="FO590", place=None, message="n")]
    log: Any = sarif_wire(found, tool="0.1.0", catalogue=CATALOGUE)
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["FO217", "FO590"]
    first, second = run["results"]
    region = {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9}
    uri = {"uri": "pipelines/a%2Cb%3Ac.yaml"}
    assert first["locations"] == [{"physicalLocation": {"artifactLocation": uri, "region": region}}]
    assert first["message"] == {"text": "m. here. look"}
    assert first["relatedLocations"][0]["message"] == {"text": "first"}
    assert (second["ruleIndex"], second["level"], "locations" in second) == (1, "error", False)

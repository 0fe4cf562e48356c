"""Diagnostics as text: their form, and what hostile sources do to it (nothing)."""

from __future__ import annotations

import json

import jsonschema

from flyteops.model.diagnostics import Diagnostic, Place, Related, Severity
from flyteops.views.json import diagnostics_schema, diagnostics_wire
from flyteops.views.json import render_diagnostics as render_json
from flyteops.views.text import render_diagnostic, render_diagnostics, summary


def at(line: int, column: int, end: int, *, path: str = "a.yaml", end_line: int | None = None) -> Place:
    return Place(path=path, line=line, column=column, end_line=end_line or line, end_column=end)


def fault(place: Place | None, *, label: str = "", way_out: str = "", message: str = "it is wrong") -> Diagnostic:
    return Diagnostic(code="FO217", message=message, place=place, label=label, help=way_out)


def told(found: Diagnostic, *lines: str, color: bool = False) -> str:
    return render_diagnostic(found, lines_of=lambda path: list(lines) if lines else None, color=color)


def test_the_page_of_the_language() -> None:
    found = Diagnostic(
        code="FO217",
        message='output "rows" does not exist on node "prep"',
        place=at(31, 24, 34, path="pipelines/train.yaml"),
        label="prep returns o0: File",
        help="write $prep, or name the output: tasks.prep.outputs: [rows]",
    )
    lines = [""] * 30 + ["        inputs: {data: $prep.rows}"]
    assert told(found, *lines) == (
        'error[FO217]: output "rows" does not exist on node "prep"\n'
        "  --> pipelines/train.yaml:31:24\n"
        "   |\n"
        "31 |         inputs: {data: $prep.rows}\n"
        "   |                        ^^^^^^^^^^ prep returns o0: File\n"
        "   = help: write $prep, or name the output: tasks.prep.outputs: [rows]"
    )


def test_all_of_them_with_a_count() -> None:
    warning = Diagnostic(code="FO101", message="empty", place=None, severity=Severity.WARNING)
    text = render_diagnostics([fault(None), fault(None), warning], lines_of=lambda _: None)
    assert text == (
        "error[FO217]: it is wrong\n\nerror[FO217]: it is wrong\n\nwarning[FO101]: empty\n\n2 errors, 1 warning\n"
    )
    assert render_diagnostics([], lines_of=lambda _: None) == ""
    assert summary([warning]) == "1 warning"


def test_tabs_and_wide_characters_move_the_caret() -> None:
    assert told(fault(at(1, 2, 3)), "\tx: 1").splitlines()[3:] == ["1 |     x: 1", "  |     ^"]
    assert told(fault(at(1, 4, 5)), "日本: x").splitlines()[3:] == ["1 | 日本: x", "  |      ^"]
    assert told(fault(at(1, 1, 3)), "日本: x").splitlines()[3:] == ["1 | 日本: x", "  | ^^^^"]
    assert told(fault(at(1, 3, 4)), "e\u0301x").splitlines()[3:] == ["1 | e\u0301x", "  |  ^"]


def test_long_line_is_cut_around_the_caret() -> None:
    line = "a" * 200 + "BAD" + "c" * 200
    text, carets = told(fault(at(1, 201, 204), label="here"), line).splitlines()[3:]
    assert text == "1 | … " + "a" * 60 + "BAD" + "c" * 57 + " …"
    assert carets == "  | " + " " * 62 + "^^^ here"
    early, under = told(fault(at(1, 1, 401)), line).splitlines()[3:]
    assert early == "1 | " + line[:120] + " …"
    assert under == "  | " + "^" * 120


def test_range_of_several_lines_shows_the_first() -> None:
    found = fault(at(1, 4, 3, end_line=3), label="from here")
    assert told(found, "a: [1,", "  2,", "]").splitlines()[3:] == ["1 | a: [1,", "  |    ^^^ from here"]


def test_caret_after_the_end_of_the_line_and_no_such_line() -> None:
    assert told(fault(at(1, 3, 3)), "a:").splitlines()[3:] == ["1 | a:", "  |   ^"]
    assert told(fault(at(9, 1, 2), label="gone"), "a:").splitlines()[1:] == [" --> a.yaml:9:1", "  = note: gone"]
    assert told(fault(at(9, 1, 2), way_out="do so")).splitlines()[1:] == [" --> a.yaml:9:1", "  = help: do so"]


def test_related_places_follow() -> None:
    found = Diagnostic(
        code="FO301",
        message="said twice",
        place=at(12, 1, 2),
        label="again",
        related=(Related(place=at(2, 1, 2), label="first here"),),
    )
    lines = ["", "a: 1", *[""] * 9, "a: 2"]
    assert told(found, *lines) == (
        "error[FO301]: said twice\n"
        "  --> a.yaml:12:1\n"
        "   |\n"
        "12 | a: 2\n"
        "   | ^ again\n"
        "  ::: a.yaml:2:1\n"
        "   |\n"
        " 2 | a: 1\n"
        "   | ^ first here"
    )


def test_hostile_text_is_shown_as_escapes() -> None:
    found = fault(
        at(1, 4, 5, path="a\x1b[2J.yaml"), label="\u202eevil", way_out="x\x07\ny", message="bad \x1b[31m\x00 name\u2028"
    )
    assert told(found, "a: \x1b[31m\u202e") == (
        "error[FO217]: bad \\x1b[31m\\x00 name\\u2028\n"
        " --> a\\x1b[2J.yaml:1:4\n"
        "  |\n"
        "1 | a: \\x1b[31m\\u202e\n"
        "  |    ^^^^ \\u202eevil\n"
        "  = help: x\\x07\n"
        "    y"
    )


def test_only_the_severity_is_coloured() -> None:
    assert told(fault(None), color=True) == "\x1b[1;31merror\x1b[0m[FO217]: it is wrong"


def test_json_form_and_its_schema() -> None:
    found = [fault(at(3, 4, 5), way_out="so"), fault(None)]
    assert diagnostics_wire(found) == [
        {
            "code": "FO217", "severity": "error", "message": "it is wrong", "path": "a.yaml", "line": 3, "column": 4,
            "end_line": 3, "end_column": 5, "help": "so",
        },
        {
            "code": "FO217", "severity": "error", "message": "it is wrong", "path": None, "line": None, "column": None,
            "end_line": None, "end_column": None, "help": None,
        },
    ]  # fmt: skip
    assert render_json([]) == "[]\n"
    jsonschema.Draft202012Validator(diagnostics_schema()).validate(json.loads(render_json(found)))

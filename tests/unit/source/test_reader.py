from __future__ import annotations

import pytest

from flyteops.source.reader import read_node, read_yaml
from flyteops.source.tree import Mapping, Scalar, Sequence
from tests.unit.source.telling import faults_of_reading, plain, read, spot, told

SPOTS = [
    ("a: 1\n", "a", "1:4-1:5"),
    ("a: '1'\n", "a", "1:4-1:7"),
    ('a: "x y" # c\n', "a", "1:4-1:9"),
    ("a: '😀x' # c\nb: 2\n", "a", "1:4-1:8"),
    ("😀: x\n", "😀", "1:4-1:5"),
    ("# ä😀\na: é😀e\n", "a", "2:4-2:7"),
    ("\ufeffa: x\n", "a", "1:4-1:5"),
    ("\ufeff# c\r\na: x\r\n", "a", "2:4-2:5"),
    ("x: 1\r\na: two words\r\nb: 1\r\n", "a", "2:4-2:13"),
    ("a: |-\n  hi\n  you\n", "a", "1:4-1:6"),
    ("a: >2+\n   hi\n", "a", "1:4-1:7"),
    ("a: &x |\n  hi\n", "a", "1:7-1:8"),
    ("a: &x hi\n", "a", "1:7-1:9"),
    ("a: &x\n  hi\n", "a", "2:3-2:5"),
    ("a: &x\nb: 1\n", "a", "1:1-1:2"),
    ("a:\n", "a", "1:1-1:2"),
    ("a: one\n  two\n", "a", "1:4-2:6"),
    ("a: {x: 1}\n", "a", "1:4-1:10"),
    ("a: &k {x: 1}\n", "a", "1:7-1:13"),
    ("a: [1,\n  2]\n", "a", "1:4-2:5"),
    ("a:\n  b: 1\n  c:\n    d: 2\n\n# end\nz: 1\n", "a", "2:3-4:9"),
    ("a: &k\n  b: 1\n", "a", "2:3-2:7"),
    ("a:\n- 1\n- 2\n\n", "a", "2:1-3:4"),
    ("a:\n  - x: 1\n    y: 2\n", "a", "2:3-3:9"),
    ("x: &n {z: 1}\na:\n  k: *n\n", "a", "3:3-3:4"),
]


@pytest.mark.parametrize(("text", "key", "expected"), SPOTS)
def test_every_value_has_its_place(text: str, key: str, expected: str) -> None:
    node = read(text).get(key)
    assert node is not None
    assert spot(node) == expected


def test_the_item_of_nothing_stands_at_its_dash() -> None:
    items = read("a:\n  - 1\n  -\n").get("a")
    assert isinstance(items, Sequence)
    assert [spot(item) for item in items.items] == ["2:5-2:6", "3:3-3:4"]


def test_keys_have_places_and_styles() -> None:
    root = read("a: 1\n'b c': 2\n")
    assert [(entry.key.text, entry.key.style, spot(entry.key)) for entry in root.entries] == [
        ("a", "plain", "1:1-1:2"),
        ("b c", "single", "2:1-2:6"),
    ]


def test_values_stay_text_with_their_style() -> None:
    text = "a: 010\nb: '010'\nc: no\nd: 1:30\ne: 2024-01-01\nf: |\n  x\ng: >\n  y\nh: \"\\u202e\"\n"
    root = read(text)
    assert [(value.text, value.style) for _, value in root.items() if isinstance(value, Scalar)] == [
        ("010", "plain"), ("010", "single"), ("no", "plain"), ("1:30", "plain"), ("2024-01-01", "plain"),
        ("x\n", "literal"), ("y\n", "folded"), ("\u202e", "double"),
    ]  # fmt: skip


def test_words_of_yaml_are_keys() -> None:
    assert list(plain(read("on: 1\nno: 2\ny: 3\ntrue: 4\n1: 5\n2024-01-01: 6\n1.5: 7\n"))) == [  # type: ignore[call-overload]
        "on", "no", "y", "true", "1", "2024-01-01", "1.5",
    ]  # fmt: skip


def test_flow_is_remembered() -> None:
    root = read("a: {b: [1]}\nc:\n  d:\n    - 1\n")
    flows = []
    for entry in root.entries:
        value = entry.value
        assert isinstance(value, Mapping)
        flows.append((value.flow, value.entries[0].value.flow))  # type: ignore[union-attr]
    assert flows == [(True, True), (False, False)]


def test_an_alias_is_the_anchored_value() -> None:
    root = read("a: &x {b: 1}\nc: *x\nd: [*x, *x]\n")
    assert root.get("a") is root.get("c")
    assert plain(root) == {"a": {"b": "1"}, "c": {"b": "1"}, "d": [{"b": "1"}, {"b": "1"}]}


def test_an_anchor_may_be_given_anew() -> None:
    assert plain(read("a: &x 1\nb: &x 2\nc: *x\n")) == {"a": "1", "b": "2", "c": "2"}


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "\ufeff", "---\n", "---\n...\n"])
def test_an_empty_file_is_a_warning(text: str) -> None:
    root, found = read_yaml("a.yaml", text.encode())
    assert root is None
    assert [each.severity for each in found] == ["warning"]
    assert told(found) == ["FO118 1:1-2 the file declares nothing | delete it, or begin with apiVersion: flyteops/v1"]


def test_a_start_and_an_end_of_the_document_are_fine() -> None:
    assert plain(read("# c\n---\na: 1\n...\n")) == {"a": "1"}


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [("- a\n", "a list", "1:1-4"), ("hello\n", "text", "1:1-6"), ("~\n", "text", "1:1-2"), ("[]", "a list", "1:1-3")],
)
def test_a_file_is_a_map(text: str, what: str, where: str) -> None:
    assert faults_of_reading(text) == [
        (
            f"FO116 {where} a declaration file is a map of sections; this is {what} | no key stands before it | "
            "begin with apiVersion: flyteops/v1, then sections such as tasks: and workflows:"
        )
    ]


def test_any_value_may_be_read_alone() -> None:
    node, found = read_node("a", b"[1, {a: b}]")
    assert node is not None
    assert plain(node) == ["1", {"a": "b"}]
    assert found == ()


def test_all_faults_that_let_the_rest_be_read_are_told_at_once() -> None:
    root, found = read_yaml("a.yaml", b"a: !x 1\n<<: {}\nb: 1\nb: 2\nnull: 3\n")
    assert root is not None
    assert told(found) == [
        (
            "FO107 1:4-6 the tag !x is not allowed | values are read by the type that is wanted, never by a tag | "
            "delete the tag; where text is wanted, any plain value is text"
        ),
        (
            "FO108 2:1-3 the merge key << is not part of this language | a key of YAML 1.1 | "
            "write like: NAME to take over another entry, then the keys that differ"
        ),
        'FO106 4:1-2 the key "b" is given twice | second | keep one of them',
        (
            "FO115 5:1-5 a key must be plain text on one line | null as a key | "
            "give the value a name; a word that YAML reads as null needs quotes"
        ),
    ]
    assert [str(each.place) for each in found[2].related] == ["a.yaml:3:1"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: &x !t v\n", "1:7-9"),
        ("a: !t &x v\n", "1:4-6"),
        ("a: !!map\n  b: 1\n", "1:4-9"),
        ("a: !t\n- 1\n", "1:4-6"),
        ("a: [1, !<tag:x> 2]\n", "1:8-16"),
        ("!t a: 1\n", "1:1-3"),
    ],
)
def test_a_tag_is_told_at_the_tag(text: str, where: str) -> None:
    assert [each.split(" the tag")[0] for each in faults_of_reading(text)] == [f"FO107 {where}"]


def test_without_the_c_parser_it_is_said_and_not_worked_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flyteops.source.reader.PARSER", None)
    root, found = read_yaml("a.yaml", b"a: 1")
    assert root is None
    assert told(found) == [
        (
            "FO120 nowhere this Python has PyYAML without its C parser, which flyteops needs | "
            "reinstall it from a wheel: python -m pip install --force-reinstall --only-binary :all: PyYAML"
        )
    ]

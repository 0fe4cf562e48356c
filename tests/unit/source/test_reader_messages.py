"""What a user is told for YAML that cannot be read: the whole message, for each slip that really happens."""

from __future__ import annotations

import pytest

from tests.unit.source.telling import faults_of_reading

INDENT = "keys of one map begin in the same column; what belongs to a key stands two spaces deeper"
MEANING = "has a meaning of its own in YAML"
CLOSE_BRACE = "close it with }; a text with a comma, a bracket, a # or a colon in it needs quotes"
CLOSE_BRACKET = "close it with ]; a text with a comma, a bracket, a # or a colon in it needs quotes"

SLIPS = [
    # text, the one fault
    (
        'a: {b: enum["eu", "us"] = x, c: d}',
        (
            'FO105 1:8-12 a bracket cut your text: quote it | read as "enum" only | '
            'write a: {b: \'enum["eu", "us"] = x\', c: d}'
        ),
    ),
    (
        "a:\n  - {when: $x in [1, 2], then: {task: y}}",
        (
            'FO105 2:12-17 a bracket cut your text: quote it | read as "$x in" only | '
            "write - {when: '$x in [1, 2]', then: {task: y}}"
        ),
    ),
    (
        "a: {b: c: d, e: f}",
        'FO105 1:8-9 a ": " cut your text: quote it | read as "c" only | write a: {b: \'c: d\', e: f}',
    ),
    (
        "a:\n  b: {text: tell #1}\n  c: 1\n",
        "FO105 2:13-17 a # cut your text: quote it | read as \"tell\" only | write b: {text: 'tell #1'}",
    ),
    (
        "a: it's: so\n",
        'FO105 1:4-12 a ": " cut your text: quote it | a second key begins inside this text | write a: "it\'s: so"',
    ),
    (
        "a:\n  - b: foo: bar # c\n",
        (
            'FO105 2:8-20 a ": " cut your text: quote it | a second key begins inside this text | '
            "write - b: 'foo: bar' # c"
        ),
    ),
    ("a: [1, 2\nb: c\n", f"FO104 1:4-5 this [ is not closed | opened here | {CLOSE_BRACKET}"),
    ("a: {b: 1\nc: 2\n", f"FO104 1:4-5 this {{ is not closed | opened here | {CLOSE_BRACE}"),
    ("a: [1, 2\n", f"FO104 1:4-5 this [ is not closed | opened here | {CLOSE_BRACKET}"),
    ("a: [", f"FO104 1:4-5 this [ is not closed | opened here | {CLOSE_BRACKET}"),
    ("{", f"FO104 1:1-2 this {{ is not closed | opened here | {CLOSE_BRACE}"),
    ("a:\n\tb: 1\n", "FO104 2:1-2 a tab may not indent a line | a tab | use spaces"),
    ("a: 1\n  b: 2\n", f"FO104 2:3-4 this key is indented unlike the lines before it | {INDENT}"),
    ("a:\n    b: 1\n  c: 2\n", f"FO104 3:3-4 this line is indented unlike the lines before it | {INDENT}"),
    ("- a\nb: c\n", f"FO104 2:1-2 this line is indented unlike the lines before it | {INDENT}"),
    ("cron: * 2 * *\n", f"FO104 1:7-8 plain text may not begin with * | {MEANING} | write cron: '* 2 * *'"),
    ("cron: */5 2 * * # c\n", f"FO104 1:7-8 plain text may not begin with * | {MEANING} | write cron: '*/5 2 * *' # c"),
    ("a: @x\n", f"FO104 1:4-5 plain text may not begin with @ | {MEANING} | write a: '@x'"),
    ("a: `it's`\n", f'FO104 1:4-5 plain text may not begin with ` | {MEANING} | write a: "`it\'s`"'),
    ("a: %x\n", f"FO104 1:4-5 plain text may not begin with % | {MEANING} | write a: '%x'"),
    ("a: }\n", f"FO104 1:4-5 plain text may not begin with }} | {MEANING} | write a: '}}'"),
    ("a: &\n", f"FO104 1:4-5 plain text may not begin with & | {MEANING} | write a: '&'"),
    (
        'a: "x\nb: 1\n',
        (
            "FO104 1:4-5 this quote is not closed | opened here | "
            "close it; a quote inside '…' is written '', inside \"…\" it is written \\\""
        ),
    ),
    (
        'a: "\\d"\n',
        (
            "FO104 1:5-6 this is no escape of double-quoted text | after a backslash | "
            "use single quotes, where a backslash is a backslash, or write \\\\"
        ),
    ),
    (
        "a:1\nb: 2\n",
        "FO104 1:1-4 this line is not key: value | no colon and space in it | a space is missing after the colon: a: 1",
    ),
    (
        "b: 2\na:1\n",
        "FO104 2:1-4 this line is not key: value | no colon and space in it | a space is missing after the colon: a: 1",
    ),
    (
        "b: 2\nhello\n",
        (
            "FO104 2:1-6 this line is not key: value | no colon and space in it | "
            "write key: value; a text of several lines is quoted, or stands indented after |"
        ),
    ),
    (
        "a: - b\n",
        (
            "FO104 1:4-5 a list item may not begin here | "
            "put - on a line of its own below the key, or write the list in brackets: [a, b]"
        ),
    ),
    (
        "a: | x\n",
        (
            "FO104 1:6-7 the text of a block begins on the line after | or > | "
            "move it to the next line, indented; or delete the | or > and quote the text"
        ),
    ),
    (
        'a: "x" y\n',
        (
            "FO104 1:8-9 text goes on after the value has ended | not part of the value before it | "
            "put the whole text inside one pair of quotes"
        ),
    ),
    (
        'a: {b: "x" y}\n',
        (
            "FO104 1:12-13 text goes on after its closing quote | this is outside the quotes | "
            "put the whole text inside one pair of quotes; a quote inside '…' is written ''"
        ),
    ),
    (
        "a: [b,,c]\n",
        (
            "FO104 1:7-8 a value is missing inside the brackets | before this , | "
            "delete the extra comma, or write the value; empty text is written ''"
        ),
    ),
    (
        "a: *b\n",
        'FO117 1:4-6 the alias *b has no anchor &b before it | no anchor is seen | if this is text, quote it: "*b"',
    ),
    (
        "a: !x!y 1\n",
        (
            "FO107 1:4-5 tags are not allowed | values are read by the type that is wanted, never by a tag | "
            "delete the tag; text that begins with ! needs quotes"
        ),
    ),
    ("a: ? b", f"FO104 1:4-5 plain text may not begin with ? | {MEANING} | write a: '? b'"),
    ("a: x\n\t\tb: 1\n", "FO104 2:1-2 a tab may not indent a line | a tab | use spaces"),
    (
        "a: {b: c:, d: e}",
        (
            "FO105 1:8-9 a colon cut your text: quote it | a comma or bracket follows the colon | "
            "write a: {b: 'c:', d: e}"
        ),
    ),
]


@pytest.mark.parametrize(("text", "expected"), SLIPS)
def test_a_slip_is_told_so_that_its_writer_can_mend_it(text: str, expected: str) -> None:
    assert faults_of_reading(text) == [expected]


def test_nothing_of_the_users_text_can_disturb_the_terminal() -> None:
    assert faults_of_reading('"\\e[31m": 1\n"\\e[31m": 2\n') == [
        'FO106 2:1-9 the key "\\x1b[31m" is given twice | second | keep one of them'
    ]

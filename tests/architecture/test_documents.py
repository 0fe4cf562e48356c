"""The commands that the documents show exist, with their options."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from flyteops.cli.main import COMMANDS, program

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "pipelines/digits/README.md",
    "pipelines/hello/README.md",
    "docs/coming-from-flyte.md",
]
BLOCK = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def shown(document: str, program_name: str) -> list[list[str]]:
    """Commands of one program in the shell blocks of a document, without comments."""
    text = (ROOT / document).read_text(encoding="utf-8")
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    parts = [part.strip() for line in lines for part in line.removeprefix("$ ").split("&&")]
    words = [shlex.split(part, comments=True) for part in parts]
    return [found for found in words if found and found[0] == program_name]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_shown_can_be_typed(document: str) -> None:
    for words in shown(document, "flyteops"):
        name = next(word for word in words[1:] if not word.startswith("-"))
        assert name in COMMANDS, words
        command = program.get_command(click.Context(program), name)
        assert command is not None
        known = {option for parameter in (*command.params, *program.params) for option in parameter.opts} | {"--help"}
        assert {word for word in words[1:] if word.startswith("-") and word not in known} == set(), words


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_target_shown_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for words in shown(document, "make"):
        assert set(words[1:]) <= targets, words


def test_the_first_screen_of_the_readme_has_the_two_commands() -> None:
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:30]
    assert any("make demo" in line for line in first_screen)
    assert any("make test" in line for line in first_screen)

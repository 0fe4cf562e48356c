"""The one question that commands ask before they write."""

from __future__ import annotations

import click

from flyteops.cli.output import Output


def agreed(output: Output, question: str, *, undone: str, do: str) -> bool:
    """Whether somebody answered `yes`; nobody is asked where nobody can answer. `undone` is said when not."""
    if not output.interactive:
        output.insist(f"{undone}: nobody can be asked here; say --auto-approve (-y) to {do} without a question")
        return False
    answer = click.prompt(question, default="no", err=True)
    if answer != "yes":
        output.insist(undone)
    return bool(answer == "yes")

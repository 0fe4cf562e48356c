"""The options every command shares: they may stand before or after the command's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


class Command(click.Command):
    """A command that takes the shared options and hands its function a `Session` first."""

    def __init__(self, *args: Any, forms: tuple[str, ...] = ("text", "json"), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(shared(forms))

    def invoke(self, ctx: click.Context) -> Any:
        """Splits the shared values off, says what they mean in a session, and calls the command."""
        from flyteops.cli.exits import Exit
        from flyteops.cli.session import Session
        from flyteops.model.errors import InvalidProject

        own = {name: ctx.params.pop(name) for name in SHARED if name in ctx.params}
        before: dict[str, object] = ctx.find_root().obj or {}
        given = {**before, **{name: value for name, value in own.items() if value not in (None, False)}}
        session = Session.of(given)
        ctx.params["session"] = session
        try:
            return super().invoke(ctx)
        except InvalidProject as invalid:
            session.output.diagnostics(invalid.diagnostics, lines_of=session.lines_of)
            return Exit.INVALID


SHARED = ("directory", "project", "domain", "quiet", "verbose", "color", "no_input", "form")


def shared(forms: tuple[str, ...]) -> list[click.Parameter]:
    """Fresh option objects: `-C -p -d -q -v --color --no-input`, and `-o` with the forms a command has."""
    options: list[click.Parameter] = [
        click.Option(["-C", "directory"], metavar="DIR", help="Work as if started in DIR."),
        click.Option(["-p", "--project"], help="Project name; flyteops.yaml says it otherwise."),
        click.Option(["-d", "--domain"], help="Domain; the settings' default one otherwise."),
        click.Option(["-q", "--quiet"], is_flag=True, help="Only the result and errors."),
        click.Option(["-v", "--verbose"], is_flag=True, help="More detail."),
        click.Option(["--color"], type=click.Choice(["auto", "always", "never"]), help="Colour."),
        click.Option(["--no-input"], is_flag=True, help="Never ask."),
    ]
    if len(forms) > 1:
        options.append(click.Option(["-o", "form"], type=click.Choice(list(forms)), help="Form of the result."))
    return options


def command(help_text: str, forms: tuple[str, ...] = ("text", "json")) -> Callable[[Callable[..., object]], Command]:
    """Makes a function with click options into the module's command."""

    def make(function: Callable[..., object]) -> Command:
        made = click.command(cls=Command, forms=forms, help=help_text)(function)
        assert isinstance(made, Command)  # noqa: S101 - tells the type checker what click.command returned
        return made

    return make

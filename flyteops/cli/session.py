"""What one invocation is about: where it started, what was asked for, and how it speaks."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from flyteops.cli.output import Output, wants_color
from flyteops.model.frozen import frozen

if TYPE_CHECKING:
    from flyteops.wiring import Workspace


@frozen
class Session:
    """The shared options of one command."""

    start: Path
    flags: Mapping[str, str]
    domain: str | None
    output: Output
    opened: list[Workspace] = field(default_factory=list)
    """The workspaces opened so far: where source lines of diagnostics are read from."""
    texts: dict[str, str] = field(default_factory=dict)
    """What was given beside files, by the name that its places have: `--input rows`, `<stdin>`."""

    @staticmethod
    def of(given: Mapping[str, object]) -> Session:
        """From the values of the shared options; a variable fills in for a flag that is not there."""
        choice = str(given.get("color") or os.environ.get("FLYTEOPS_COLOR") or "auto")
        unattended = (
            bool(given.get("no_input")) or bool(os.environ.get("CI")) or not sys.stdin or not sys.stdin.isatty()
        )
        flags = {name: str(given[name]) for name in ("project", "domain") if given.get(name)}
        return Session(
            start=Path(str(given.get("directory") or ".")),
            flags=flags,
            domain=flags.get("domain"),
            output=Output(
                form=str(given.get("form") or "text"),
                color=wants_color(choice, sys.stderr),
                color_results=wants_color(choice, sys.stdout),
                quiet=bool(given.get("quiet")),
                verbose=bool(given.get("verbose")),
                interactive=not unattended,
            ),
        )

    def workspace(self, commit: str | None = None, *, domain: str | None = None) -> Workspace:
        """The project around `start`, from the work tree or a commit; in the domain that was asked for, or this."""
        from flyteops.wiring import open_workspace

        flags = {**self.flags, "domain": domain} if domain else self.flags
        workspace = open_workspace(self.start, environ=os.environ, flags=flags, commit=commit)
        self.opened.append(workspace)
        return workspace

    def lines_of(self, path: str) -> list[str] | None:
        """The lines of a file of the project, for showing where a fault is."""
        if path in self.texts:
            return self.texts[path].splitlines() or [""]
        if self.opened:
            return self.opened[-1].lines_of(path)
        try:
            return (self.start / path).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return None

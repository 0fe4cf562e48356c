"""What `flyteops.context` hands out: secrets, checkpoint, deck. Standard library only.

As they are here they serve outside a run; the runtime gives an attempt its own, bound to its store and its task.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_NO_SCRIPT = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


class Secrets:
    """The secrets that the task declares, by their names. Outside a run: the variable FLYTEOPS_SECRET_<NAME>."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = values

    def get(self, name: str) -> str:
        """The value of a secret; KeyError when the task does not declare it."""
        if self._values is not None and name in self._values:
            return self._values[name]
        variable = secret_variable(name)
        if self._values is None and variable in os.environ:
            return os.environ[variable]
        way_out = "declare it under secrets: of the task" if self._values is not None else f"set {variable}"
        raise KeyError(f"there is no secret {name} here: {way_out}")

    def path(self, name: str) -> Path:
        """The file that holds a secret which the task shows as a file."""
        raise KeyError(f"the secret {name} is not shown as a file here")

    def __repr__(self) -> str:
        return "<secrets>"


def secret_variable(name: str) -> str:
    """The variable that a secret comes from on a laptop."""
    return "FLYTEOPS_SECRET_" + name.upper().replace("-", "_")


class Checkpoint:
    """What an attempt leaves to the next one: one file, folder or some bytes, the last that was saved.
    Outside a run it lasts as long as this object, below `folder` or in a temporary one."""

    def __init__(self, folder: str | None = None) -> None:
        self._folder = folder
        self._kept: Path | None = None

    def save(self, what: bytes | str | os.PathLike[str]) -> None:
        """Keeps bytes, or the file or folder at a path, in place of what was kept before."""
        import shutil
        import tempfile
        import weakref
        from pathlib import Path

        place = Path(tempfile.mkdtemp(prefix=".flyteops-checkpoint-", dir=self._folder))
        weakref.finalize(self, shutil.rmtree, place, ignore_errors=True)
        if isinstance(what, bytes):
            target = place / "checkpoint"
            target.write_bytes(what)
        else:
            source = Path(what)
            target = place / (source.name or "checkpoint")
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copyfile(source, target)
        self._kept = target

    def restore(self) -> Path | None:
        """A copy of the file or folder that was saved last; None when nothing was."""
        return self._kept

    def read(self) -> bytes | None:
        """The bytes of the file that was saved last; None when nothing was."""
        found = self.restore()
        if found is None:
            return None
        if found.is_dir():
            raise IsADirectoryError(f"a folder was saved, {found.name}: use restore()")
        return found.read_bytes()


class Deck:
    """A page about the attempt. What is added is text, unless it is said to be HTML."""

    def __init__(self) -> None:
        self._tabs: dict[str, list[str]] = {}

    def add(self, content: object, *, tab: str = "", raw: bool = False) -> None:
        """Adds a piece under a heading; `raw` takes it as HTML, otherwise every character is shown as it is."""
        text = content if isinstance(content, str) else repr(content)
        self._tabs.setdefault(tab, []).append(text if raw else f"<pre>{escaped(text)}</pre>")

    @property
    def empty(self) -> bool:
        """Whether nothing was added."""
        return not self._tabs

    def html(self, title: str = "deck") -> str:
        """The page: no script runs in it, and nothing is loaded from elsewhere."""
        parts = []
        for tab, pieces in self._tabs.items():
            head = f"<h2>{escaped(tab)}</h2>\n" if tab else ""
            parts.append(f"<section>\n{head}" + "\n".join(pieces) + "\n</section>")
        body = "\n".join(parts)
        return (
            f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_NO_SCRIPT}">\n'
            f"<title>{escaped(title)}</title>\n"
            "<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:70rem}pre{white-space:pre-wrap}"
            "</style>\n"
            f"</head>\n<body>\n<h1>{escaped(title)}</h1>\n{body}\n</body>\n</html>\n"
        )


def escaped(text: str) -> str:
    """The text as HTML shows it."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(character, entity)
    return text


__all__ = ["Checkpoint", "Deck", "Secrets", "secret_variable"]

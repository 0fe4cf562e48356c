"""Writes docs/errors/: one page for each code of the catalogue, from its entry and its case in tests/rejects/.

python tools/error_pages.py            # a test compares what is there with what this makes
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from flyteops.model.catalogue import CATALOGUE, Entry

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "rejects"
PAGES = ROOT / "docs" / "errors"
LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".py": "python", ".sh": "sh", ".sql": "sql", ".json": "json"}
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]")
LONGEST = 4096
"""Bytes of a file that a page still shows; the cases of the limits have far larger ones."""


def cases_of(code: str) -> list[Path]:
    """The folders of a code's cases; the first is the one shown."""
    return sorted(path for path in CASES.glob(f"{code}-*") if path.is_dir())


def page(entry: Entry, case: Path | None) -> str:
    """The page of one code."""
    parts = [f"# {entry.code}: {entry.title}", entry.rule]
    if case is not None:
        parts += ["## How it looks", *files_of(case), command_of(case)]
    parts += ["## The way out", entry.way_out]
    return "\n\n".join(parts) + "\n"


def files_of(case: Path) -> list[str]:
    """The files of the case's project, each as a block."""
    files = sorted(path for path in (case / "project").rglob("*") if path.is_file())
    shown = [block(path, path.relative_to(case / "project").as_posix()) for path in files if path.stat().st_size]
    setup = case / "setup.sh"
    return [*shown, *([block(setup, "Then, in the repository:")] if setup.exists() else [])]


def block(path: Path, title: str) -> str:
    """One file; bytes that are no text are escaped, and what is too long is only named."""
    name = title if title.endswith(":") else f"`{title}`"
    content = path.read_bytes()
    if len(content) > LONGEST:
        return f"{name} ({len(content)} bytes, not shown)"
    text = CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", content.decode("utf-8", errors="backslashreplace"))
    fence = "`" * 4 if "```" in text else "`" * 3
    return f"{name}\n\n{fence}{LANGUAGES.get(path.suffix, 'text')}\n{text.rstrip()}\n{fence}"


def command_of(case: Path) -> str:
    """The command, and every word that it says."""
    command = (case / "cmd").read_text(encoding="utf-8").strip() if (case / "cmd").exists() else "validate"
    said = case / "expected.txt"
    answer = said.read_text(encoding="utf-8").rstrip() if said.exists() else ""
    variables = (case / "env").read_text(encoding="utf-8").split() if (case / "env").exists() else []
    typed = " ".join([*variables, "flyteops", command])
    return f"```text\n{answer}\n```" if (case / "provoke.py").exists() else f"```text\n$ {typed}\n{answer}\n```"


def index() -> str:
    """The list of all codes."""
    lines = [f"- [{entry.code}]({entry.code}.md): {entry.title}" for _, entry in sorted(CATALOGUE.items())]
    head = (
        "# Codes\n\nEvery message has a code that never changes its meaning. `flyteops explain CODE` prints its page."
    )
    return f"{head}\n\n" + "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """All pages: file name to text."""
    made = {f"{code}.md": page(entry, next(iter(cases_of(code)), None)) for code, entry in CATALOGUE.items()}
    return {"README.md": index(), **made}


def main() -> int:
    PAGES.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in PAGES.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (PAGES / name).write_text(text, encoding="utf-8")
    print(f"{len(made) - 1} pages in {PAGES.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Writes schemas/: what an editor checks a project's files against, made from the language's own tables of fields.

python tools/schemas.py            # a test compares what is there with what this makes
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "schemas"


def schemas() -> dict[str, str]:
    """All schemas: file name to text."""
    from flyteops.cli.published import PUBLISHED, published_schema
    from flyteops.views.json import render_document

    return {f"{name}.v1.json": render_document(published_schema(name)) for name in PUBLISHED}


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"schemas/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

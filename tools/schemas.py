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
    from flyteops.operations.consenting import consent_schema
    from flyteops.plan.document import plan_schema
    from flyteops.settings import project_schema
    from flyteops.source.schemas import declaration_schema
    from flyteops.views.json import diagnostics_schema, render_document

    made = {
        "consent.v1.json": consent_schema(),
        "declarations.v1.json": declaration_schema(),
        "diagnostics.v1.json": diagnostics_schema(),
        "plan.v1.json": plan_schema(),
        "project.v1.json": project_schema(),
    }
    return {name: render_document(schema) for name, schema in made.items()}


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"schemas/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

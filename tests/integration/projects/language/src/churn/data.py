"""Where the rows come from."""

from enum import Enum
from pathlib import Path

from flyteops.types import File


class Region(Enum):
    """Whose customers."""

    EU = "eu"
    US = "us"


def prep(rows: int, region: Region) -> File:
    """So many rows of a region."""
    there = Path("rows.txt")
    there.write_text(f"{region.value} " * rows)
    return File(str(there))

"""Libraries that a test needs and an environment may lack."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
_STAMP = ROOT / ".venv" / ".installed-dev"


def library(name: str) -> Any:
    """The library. Skips where it is absent, unless the environment was made from a lock file that has it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        made_from = _STAMP.read_text(encoding="utf-8") if _STAMP.is_file() else ""
        if re.search(rf"^{name}==", made_from, re.MULTILINE):
            raise
        pytest.skip(f"{name} is not installed here")

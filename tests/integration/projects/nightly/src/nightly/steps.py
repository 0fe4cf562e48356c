"""A model of nothing, and who reads it."""

from datetime import datetime
from pathlib import Path


def fit(rows: int, region: str, started: datetime | None = None) -> Path:
    path = Path("model.txt")
    path.write_text(f"{rows} {region} {started.isoformat() if started else 'by hand'}")
    return path


def show(model: Path, loud: bool = False) -> str:
    return model.read_text().upper() if loud else model.read_text()

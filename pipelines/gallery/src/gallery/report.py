"""What a nightly run calls."""

from datetime import datetime


def report(region: str, rows: int, started: datetime | None = None) -> str:
    """A line about a run."""
    when = started.isoformat() if started else "by hand"
    return f"{region}: {rows} rows, {when}"

from pathlib import Path

from flyteops.adapters.registry_snapshot import SnapshotFile


def provoke() -> None:
    """A file that is no snapshot."""
    path = Path("snapshot.json")
    path.write_text('{"format_version": "1.0"}', encoding="utf-8")
    SnapshotFile(path).snapshot("development")

"""The formats that rows may have in a file, and what a file's name says of them."""

from __future__ import annotations

ROW_FORMATS = ("parquet", "arrow", "csv", "jsonl")
DEFAULT_ROW_FORMAT = "parquet"
_SUFFIXES = {
    "parquet": "parquet", "pq": "parquet", "arrow": "arrow", "feather": "arrow", "ipc": "arrow", "csv": "csv",
    "jsonl": "jsonl", "ndjson": "jsonl",
}  # fmt: skip


def row_format_of(path: str) -> str:
    """The format that the suffix of a path or URI says; empty when it says none."""
    _, dot, suffix = path.rpartition("/")[2].rpartition(".")
    return _SUFFIXES.get(suffix.lower(), "") if dot else ""

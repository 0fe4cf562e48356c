"""One general function."""

import sqlite3


def run(uri: str, query: str, limit: int) -> list[int]:
    """The first column of so many rows."""
    with sqlite3.connect(uri.removeprefix("sqlite:///")) as there:
        return [row[0] for row in there.execute(query).fetchmany(limit)]

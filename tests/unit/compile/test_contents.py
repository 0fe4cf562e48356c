"""Which files a pattern names, and in which time."""

from __future__ import annotations

import time

import pytest

from flyteops.compile.contents import Files

PATHS = ("a.sql", "sql/a.sql", "sql/b/c.sql", "sql/b/d/e.sql", "sql/note.md", "sqlx/a.sql", "src/m.py")


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("a.sql", ("a.sql",)),
        ("sql", ("sql/a.sql", "sql/b/c.sql", "sql/b/d/e.sql", "sql/note.md")),
        ("sql/", ("sql/a.sql", "sql/b/c.sql", "sql/b/d/e.sql", "sql/note.md")),
        ("sql/*.sql", ("sql/a.sql",)),
        ("sql/**/*.sql", ("sql/a.sql", "sql/b/c.sql", "sql/b/d/e.sql")),
        ("**/*.sql", ("a.sql", "sql/a.sql", "sql/b/c.sql", "sql/b/d/e.sql", "sqlx/a.sql")),
        ("sql/**", ("sql/a.sql", "sql/b/c.sql", "sql/b/d/e.sql", "sql/note.md")),
        ("sql/?", ("sql/b/c.sql", "sql/b/d/e.sql")),
        ("*/b/**/e.*", ("sql/b/d/e.sql",)),
        ("sql*/a.sql", ("sql/a.sql", "sqlx/a.sql")),
        ("**", PATHS),
        ("*", PATHS),
        ("sq", ()),
        ("sql/a", ()),
        ("[ab].sql", ()),
    ],
)
def test_what_a_pattern_names(pattern: str, named: tuple[str, ...]) -> None:
    assert Files(lambda _: None, lambda: PATHS).matching([pattern]) == named


def test_many_stars_take_no_time() -> None:
    path = "/".join(["a" * 60] * 16)
    files = Files(lambda _: None, lambda: tuple(f"{path}/{number}" for number in range(100)))
    started = time.process_time()
    assert files.matching(["**/" * 40 + "*a" * 60 + "b", "a*" * 200 + "/**/" * 40 + "x"]) == ()
    assert time.process_time() - started < 2.0


def test_comments_and_blank_lines_of_requirements_do_not_count() -> None:
    def digest(text: str) -> str | None:
        return Files({"r.txt": text.encode()}.get, lambda: ("r.txt",)).packages("r.txt")

    assert digest("numpy==2\n") == digest("# arrays\n\nnumpy==2  # pinned\r\n")
    assert digest("numpy==2\n") != digest("numpy==3\n")
    assert digest("git+https://x/y#egg=z") != digest("git+https://x/y")

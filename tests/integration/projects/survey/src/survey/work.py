"""Steps that take and return them."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from flyteops.types import Directory, File
from survey.kinds import Fitted, Forest, Request, Split, Stats, Window

if TYPE_CHECKING:
    from survey.kinds import Region


def ask(request: Request, codes: dict[int, Region] = {}) -> Request:  # noqa: B006
    assert isinstance(request, Request)
    assert isinstance(request.window, Window)
    assert request.window.length.days == 1
    assert list(codes) == [1, 2]
    return request


def split(request: Request, region: Region) -> Split:
    return Split(request.window.rows, {"mean": 0.5, "worst": request})


def fit(stats: Stats, raw: Directory, folders: list[Directory] = []) -> Fitted:  # noqa: B006
    return Fitted(Forest([stats["mean"], *(file.name for file in raw)]), Decimal("1.10"), {2026: "a", 2025: "b"})


def use(fitted: Fitted, forests: list[Forest], price: Decimal, year: str = "") -> float:
    assert isinstance(fitted.forest, Forest)
    assert isinstance(forests[0], Forest)
    assert price == Decimal("1.10")
    return float(len(forests[0].trees))


def spread(raw: Directory) -> Directory:
    out = Path("out")
    (out / "sub").mkdir(parents=True)
    for file in raw:
        (out / "sub" / file.name.replace("/", "_")).write_bytes(file.open().read() * 2)
    return Directory(out)


def members(folder: Directory) -> list[File]:
    return list(folder)


def count(folder: Directory, one: File) -> dict[str, int]:
    return {"files": len(folder), "listed": len(os.listdir(folder)), "one": Path(one).stat().st_size}  # noqa: PTH208

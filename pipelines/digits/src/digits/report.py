"""What people read: a sentence, a table, a picture."""

import csv
from html import escape
from pathlib import Path

import numpy as np
from sklearn.metrics import confusion_matrix

from digits.data import read
from digits.models import read_model

RIGHT, WRONG = "46, 125, 50", "198, 40, 40"


def headline(name: str, accuracy: float, word: str) -> str:
    """One sentence for people in a hurry."""
    return f"{name} is {word}: {accuracy:.1%} of the unseen digits are read correctly"


def report(model: Path, test: Path, headline: str) -> tuple[Path, Path]:
    """The confusion matrix of the test images as CSV (row: the digit, column: what was read) and as a web page."""
    images, digits = read(test)
    matrix = confusion_matrix(digits, read_model(model).predict(images), labels=range(10))
    table, page = Path("confusion.csv"), Path("confusion.html")
    with table.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["digit", *range(10)])
        writer.writerows([digit, *row] for digit, row in enumerate(matrix.tolist()))
    page.write_text(picture(matrix, headline), encoding="utf-8")
    return table, page


def picture(matrix: np.ndarray, headline: str) -> str:
    """A web page with the matrix; the darker a cell, the larger its share of the row."""
    rows = "\n".join(line(digit, row) for digit, row in enumerate(matrix.tolist()))
    columns = "".join(f"<th>{seen}</th>" for seen in range(10))
    style = "body{font:16px sans-serif;margin:2em} td,th{width:2.5em;height:2.5em;text-align:center}"
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Digits</title><style>{style}</style>\n'
        f"<h1>{escape(headline)}</h1>\n<p>Row: the digit. Column: what was read.</p>\n"
        f"<table><tr><th></th>{columns}</tr>\n{rows}\n</table></html>\n"
    )


def line(digit: int, counts: list[int]) -> str:
    """One row of the picture: how often each digit was read where this one was meant."""
    cells = (cell(count, total=sum(counts), right=digit == seen) for seen, count in enumerate(counts))
    return f"<tr><th>{digit}</th>{''.join(cells)}</tr>"


def cell(count: int, *, total: int, right: bool) -> str:
    """One cell of the picture."""
    shade = count / total if total else 0.0
    return f'<td style="background:rgba({RIGHT if right else WRONG}, {shade:.2f})">{count or ""}</td>'

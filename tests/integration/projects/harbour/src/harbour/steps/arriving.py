"""From the harbour master's book to ships."""

import csv
from datetime import timedelta
from pathlib import Path

from harbour.ships import Kind, Ship
from harbour.ships.records import Counts
from harbour.timing import told


@told
def read(book: Path) -> list[Ship]:
    """The ships of a book."""
    with book.open(newline="") as file:
        return [_ship(row) for row in csv.DictReader(file)]


def _ship(row: dict[str, str]) -> Ship:
    return Ship(row["ship"], Kind(row["kind"]), float(row["tonnes"]), timedelta(hours=float(row["hours"])))


def count(ships: list[Ship]) -> Counts:
    tonnes: dict[str, list[float]] = {}
    for ship in ships:
        tonnes.setdefault(ship.kind.value, []).append(ship.tonnes)
    return Counts(tonnes, max(ship.tonnes for ship in ships))

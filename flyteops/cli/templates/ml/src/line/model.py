"""A line through noisy points, in plain Python: nothing here knows what runs it."""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Line:
    """A fitted line, and how far from it the points lie on average."""

    slope: float
    offset: float
    error: float


def measure(points: int) -> Path:
    """Points scattered around y = 3 x + 2, as CSV; the same ones every time."""
    path = Path("points.csv")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        for i in range(points):
            x = i / points * 10
            writer.writerow([x, 3 * x + 2 + (i * 37 % 101 - 50) / 25])
    return path


def fit(data: Path, strength: float) -> Line:
    """Least squares; the greater the strength, the flatter the line."""
    with data.open(newline="") as file:
        points = [(float(x), float(y)) for x, y in csv.reader(file)]
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    across = sum((x - mean_x) * (y - mean_y) for x, y in points)
    slope = across / (sum((x - mean_x) ** 2 for x, _ in points) + strength)
    offset = mean_y - slope * mean_x
    error = sum(abs(y - slope * x - offset) for x, y in points) / len(points)
    return Line(slope=slope, offset=offset, error=error)


def choose(lines: list[Line]) -> Line:
    """The line that lies closest to the points."""
    return min(lines, key=lambda line: line.error)


def tell(line: Line) -> str:
    """One sentence for people in a hurry."""
    return f"y = {line.slope:.2f} x + {line.offset:.2f}, {line.error:.2f} off on average"

"""The images: where they come from and how they are divided. Plain Python: nothing here knows what runs it."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


def load() -> Path:
    """All images as CSV: 64 grey values from 0 to 16, then the digit."""
    digits = load_digits()
    return save(Path("images.csv"), np.column_stack([digits.data, digits.target]))


def split(images: Path, seed: int) -> tuple[Path, Path, Path]:
    """Three parts with the same share of each digit: 60 % to fit, 20 % to choose by, 20 % to judge by.

    Args:
        images: CSV as `load` writes it.
        seed: Another seed gives other parts; the same one always the same.
    """
    rows = np.loadtxt(images, delimiter=",", dtype=int)
    train, rest = train_test_split(rows, train_size=0.6, random_state=seed, stratify=rows[:, -1])
    validation, test = train_test_split(rest, train_size=0.5, random_state=seed, stratify=rest[:, -1])
    return save(Path("train.csv"), train), save(Path("validation.csv"), validation), save(Path("test.csv"), test)


def save(path: Path, rows: np.ndarray) -> Path:
    """Writes whole numbers as CSV."""
    np.savetxt(path, rows, fmt="%d", delimiter=",")
    return path


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The images of a CSV, scaled to 0..1, and their digits."""
    rows = np.loadtxt(path, delimiter=",", dtype=int)
    return rows[:, :-1] / 16, rows[:, -1]

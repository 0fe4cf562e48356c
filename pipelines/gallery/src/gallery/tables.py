"""Rows: made of records, read when somebody asks, with columns that are checked."""

from flyteops.types import Dataset


def customers(count: int) -> Dataset:
    """So many customers, as a csv file."""
    rows = [{"id": at, "name": f"customer {at}", "spent": at * 1.5} for at in range(count)]
    return Dataset(rows, format="csv")


def names(customers: Dataset) -> list[str]:
    """The names: row by row, as Flyte's `open(…).iter()`; `customers.open(pandas.DataFrame).all()` is a frame."""
    return [row["name"] for row in customers]

from flyteops.types import Dataset


def fit(rows: Dataset) -> None: ...

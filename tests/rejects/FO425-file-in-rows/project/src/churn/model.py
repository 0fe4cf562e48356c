import pandas as pd


def fit(rows: pd.DataFrame) -> None: ...

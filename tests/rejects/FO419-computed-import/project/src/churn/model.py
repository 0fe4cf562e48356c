import importlib


def fit(name: str) -> float:
    return importlib.import_module(name).fit()

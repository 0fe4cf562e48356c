"""A model that is slow to load and quick to use."""

from functools import cache


@cache
def load() -> dict[str, int]:
    """Loaded once in a process: an actor calls it before its first task."""
    return {"factor": 10}


def score(x: int) -> int:
    """A score by the model that is loaded."""
    return x * load()["factor"]


def train(region: str, rows: int) -> str:
    """A model's name, instead of a model."""
    return f"model-{region}-{rows}"


def predict(model: str, x: int) -> str:
    """What a model says."""
    return f"{model} says {x}"

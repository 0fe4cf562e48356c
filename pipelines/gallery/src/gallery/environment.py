"""What a task sees around it."""

import os


def variable(name: str) -> str:
    """A variable of the environment."""
    return os.environ.get(name, "")

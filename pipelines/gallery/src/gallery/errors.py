"""Functions that fail, each in its own way."""

from pathlib import Path

from flyteops.types import NonRecoverable


def flaky(attempts: str) -> str:
    """Fails twice, then works: the file stands for a service that comes back."""
    seen = Path(attempts)
    tried = len(seen.read_text("utf-8")) if seen.exists() else 0
    seen.write_text("x" * (tried + 1), "utf-8")
    if tried < 2:
        raise ConnectionError("the service is away")
    return f"worked at attempt {tried + 1}"


def hopeless(reason: str) -> str:
    """Another try cannot help: the node fails at once."""
    raise NonRecoverable(reason)


def told(message: str, path: str) -> None:
    """Writes down why a run failed."""
    Path(path).write_text(message, "utf-8")

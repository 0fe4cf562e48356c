"""As it was written for Flyte. Nothing is changed: it runs where flytekit is installed and where it is not."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path

import flytekit
import union
from flytekit import Resources, dynamic, task
from flytekit.exceptions.user import FlyteRecoverableException
from flytekit.types.file import FlyteFile
from union import ActorEnvironment

scorer = ActorEnvironment(name="scorer", replica_count=2, requests=Resources(cpu="1", mem="1Gi"))


def loud(function: Callable[..., str]) -> Callable[..., str]:
    """A decorator of the user's own: it stays, and counts for the cache."""

    @wraps(function)
    def inner(*args: object, **kwargs: object) -> str:
        return function(*args, **kwargs).upper()

    return inner


@task(cache=True, cache_version="1.0", retries=3, requests=Resources(cpu="1", mem="1Gi"))
def write_words(text: str) -> FlyteFile:
    """A word a line."""
    if not text:
        raise FlyteRecoverableException("no text yet")
    path = Path(flytekit.current_context().working_directory) / "words.txt"
    path.write_text("\n".join(text.split()), encoding="utf-8")
    return FlyteFile(str(path))


@union.task
@loud
def first_word(data: FlyteFile) -> str:
    """The file is fetched when it is opened."""
    with data.open("r") as lines:
        return lines.readline().strip()


@scorer.task
def score(word: str) -> int:
    """In Flyte it runs on an actor; the actor of YAML is the one that counts."""
    return len(word)


@dynamic
def score_all(data: FlyteFile) -> list[int]:
    """In Flyte each score is a task of its own; here the whole body is one task."""
    return [score(word=line) for line in Path(data).read_text(encoding="utf-8").splitlines()]


@task
def words_of(data: FlyteFile) -> list[str]:
    """The list that `map:` walks in place of the loop above."""
    return Path(data).read_text(encoding="utf-8").splitlines()

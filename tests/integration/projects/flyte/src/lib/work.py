"""As a user of Flyte has it."""

# ruff: noqa: F401, F821, PTH118, PTH119, PTH123, PTH208, UP045

import asyncio
import os
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import Optional

import flytekit
import union
from flytekit import (
    Deck,
    ImageSpec,
    Resources,
    StructuredDataset,
    conditional,
    current_context,
    dynamic,
    eager,
    task,
    workflow,
)
from flytekit.exceptions.user import FlyteRecoverableException
from flytekit.types.directory import FlyteDirectory
from flytekit.types.error import FlyteError
from flytekit.types.file import FlyteFile

lost = union.ImageSpec(name="lost").with_packages(["numpy"])
image = ImageSpec(name="work", packages=["pandas"])
gpu = partial(task, requests=Resources(gpu="1"))
if image.is_container():
    IN = "container"


def loud(function):
    @wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs).upper()

    return inner


@task(requests=Resources(cpu="1", mem="1Gi"), cache=True, cache_version="1.0", retries=3, container_image=image)
@loud
def greet(name: str) -> str:
    return f"hello {name} in a {IN}"


@loud
@task
def outer(name: str) -> str:
    return f"outer {name}"


@task
def write(text: str) -> FlyteFile:
    path = os.path.join(flytekit.current_context().working_directory, "out.txt")
    with open(path, "w") as file:
        file.write(text)
    return FlyteFile(path)


@task
def write_path(text: str) -> FlyteFile["txt"]:
    Path("x.txt").write_text(text)
    return "x.txt"


@union.task
def count(data: FlyteFile) -> int:
    with open(data) as file:
        return len(file.read())


@task
def count2(data: Optional[FlyteFile] = None) -> int:
    if data is None:
        return 0
    with data.open("r") as file:
        a = file.read()
    assert Path(data.path).read_text() == a
    return len(a)


@task
def same(data: FlyteFile) -> FlyteFile:
    return data


@task
def folder(n: int) -> FlyteDirectory:
    d = Path(current_context().working_directory) / "d"
    d.mkdir()
    for i in range(n):
        (d / f"{i}.txt").write_text(str(i))
    return FlyteDirectory(str(d))


@task
def names(d: FlyteDirectory) -> list[str]:
    return sorted(os.listdir(d)) + sorted(os.path.basename(str(f.path)) for f in FlyteDirectory.listdir(d))


@task
def rows(n: int) -> StructuredDataset:
    import pyarrow as pa

    return StructuredDataset(dataframe=pa.table({"x": list(range(n))}))


@task
def total(data: StructuredDataset) -> int:
    import pyarrow as pa

    return sum(data.open(pa.Table).all()["x"].to_pylist())


@task(enable_deck=True)
def context() -> str:
    ctx = current_context()
    Deck("page", "<b>hi</b>")
    cp = ctx.checkpoint
    before = cp.read()
    cp.write(b"state")
    secrets = f"{ctx.secrets.get('any', 'tok')} {ctx.secrets.any.tok}"
    return f"{ctx.execution_id.name != ''} {before} {cp.read()} {len(ctx.decks)} {secrets}"


@gpu(retries=1)
def flaky(at: str) -> str:
    p = Path(at)
    n = int(p.read_text()) if p.exists() else 0
    p.write_text(str(n + 1))
    if n < 1:
        raise FlyteRecoverableException("again")
    return f"worked after {n}"


@task
def add(x: int, y: int) -> int:
    return x + y


@dynamic
def sums(n: int) -> int:
    out = 0
    for i in range(n):
        out = add(x=out, y=i)
    return out


@task
async def later(x: int) -> int:
    await asyncio.sleep(0)
    return x * 2


@eager
async def fan(n: int) -> int:
    got = await asyncio.gather(*[later(x=i) for i in range(n)])
    return sum(got) + add(x=1, y=2) + sums(n=3)


@task
def fail(text: str) -> str:
    if text:
        raise ValueError(text)
    return text


@task
def tell(error: FlyteError, told: str) -> None:
    Path(told).write_text(f"{type(error).__name__} {error.message}")


@dataclass
class Held:
    data: FlyteFile
    words: int


@task
def hold(data: FlyteFile) -> Held:
    return Held(data=data, words=len(Path(data).read_text().split()))


@task
def unfold(held: Held) -> dict:
    assert len(Path(held.data).read_text().split()) == held.words
    return {"words": held.words}


@task
def again(data: StructuredDataset) -> StructuredDataset:
    return data


@workflow
def wf(name: str) -> str:
    return greet(name=name)

"""The lock: what is pinned, by whom, in which order; and the file that comes of it, read back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flyteops.model.errors import OutsideFailed
from flyteops.model.locking import Pins
from flyteops.model.program import Program
from flyteops.operations.locking import read_given, read_pins, relock
from tests.contract.memory_tree import MemoryTree
from tests.unit.compile.project import program

A, B, C = (f"sha256:{each * 64}" for each in "abc")
TEXT = """
images:
  train: {python: "3.12", base: "docker.io/library/debian:12", registry: ghcr.io/acme}
  own: {python: "3.12"}
tasks:
  a: {function: "m:number", image: train}
  b: {function: "m:share", image: "ghcr.io/acme/base:v7"}
  c: {function: "m:flag", image: own}
  d: {function: "m:day", image: "ghcr.io/acme/x@sha256:%s"}
""" % ("d" * 64)


class Registry:
    """Knows some tags, and fails for others."""

    def __init__(self, **known: str) -> None:
        self.known = {name.replace("_", "/"): digest for name, digest in known.items()}
        self.asked: list[str] = []

    def digest(self, reference: str) -> str | None:
        self.asked.append(reference)
        if reference.startswith("docker.io"):
            raise OutsideFailed("image registry docker.io", "it cannot be reached: down", retryable=True)
        return self.known.get(reference.partition(":")[0].removeprefix("ghcr.io/"))


@pytest.fixture
def shop() -> Program:
    return program(TEXT)


def test_each_name_is_pinned_once_and_what_is_missing_says_why(shop: Program) -> None:
    registry = Registry(acme_base=A)
    found = relock([shop, shop], Pins(images={"old:1": B}), given={}, registry=registry, tasks=None)
    assert [(each.key.partition(":")[0], each.state, each.why) for each in found.names] == [
        ("docker.io/library/debian", "missing", "image registry docker.io: it cannot be reached: down"),
        ("ghcr.io/acme/base", "found", ""),
        ("own", "missing", "it is built, and says no registry: that it is pushed to"),
        ("train", "missing", f"there is no {registry.asked[-1]}: not built yet"),
    ]
    assert found.dropped == ("old:1",)
    assert not found.whole


def test_the_lock_comes_back_and_pins_what_it_was_made_of(shop: Program) -> None:
    given = {"docker.io/library/debian:12": A, "train": B, "own": C}
    first = relock([shop], Pins(), given=given, registry=Registry(acme_base=A), tasks=None)
    assert first.whole
    pins = read_pins(MemoryTree({"flyteops.lock": first.text.encode()}))
    locked = program(TEXT, digests=pins.images)
    assert {name: task.settings.image and task.settings.image.digest for name, task in locked.tasks.items()} == {
        "a": B, "b": A, "c": C, "d": f"sha256:{'d' * 64}",
    }  # fmt: skip
    again = relock([locked], pins, given={}, registry=None, tasks=None)
    assert (again.text, {each.state for each in again.names}) == (first.text, {"kept"})


def test_another_base_is_another_image(shop: Program) -> None:
    def key(base: str) -> str:
        found = relock([shop], Pins(), given={"docker.io/library/debian:12": base}, registry=None, tasks=None)
        return next(each.key for each in found.names if each.key.startswith("train:"))

    assert key(A) != key(B)
    assert key(A) == key(A)


def test_an_update_that_cannot_be_asked_for_keeps_what_is_there(shop: Program) -> None:
    pins = Pins(images={"docker.io/library/debian:12": A, "ghcr.io/acme/base:v7": B})
    found = relock([shop], pins, given={}, registry=Registry(acme_base=C), tasks=None, update=True)
    told = {each.key: (each.state, each.digest) for each in found.names}
    assert told["docker.io/library/debian:12"] == ("kept", A)
    assert told["ghcr.io/acme/base:v7"] == ("found", C)


def test_tasks_of_other_projects() -> None:
    text = """
    tasks:
      e: {ref: {project: nlp, domain: production, task: embed}, inputs: {x: int}, outputs: {y: int}}
      f: {ref: {project: nlp, domain: production, task: embed, version: "12"}, inputs: {x: int}, outputs: {y: int}}
    """
    other = program(text)
    digest = "c2" * 32
    found = relock([other], Pins(), given={}, registry=None, tasks=lambda *_: (digest, ""))
    assert [(each.key, each.state, each.why) for each in found.names] == [
        ("nlp/production/embed@12", "missing", "version 12 is not the one that is applied there"),
        ("nlp/production/embed@active", "found", ""),
    ]
    pins = read_pins(MemoryTree({"flyteops.lock": found.text.encode()}))
    assert pins.entities == {"nlp/production/embed@active": digest}


def test_a_digest_is_given_by_name_or_reference(shop: Program) -> None:
    assert read_given([f"train={A}", f"ghcr.io/acme/base:v7@{B}"], [shop]) == {
        "train": A,
        "ghcr.io/acme/base:v7": B,
    }


def test_the_text_is_commented(shop: Program) -> None:
    one = replace(shop, tasks={"b": shop.tasks["b"]}, images=tuple(i for i in shop.images if i.name.startswith("ghcr")))
    text = relock([one], Pins(), given={}, registry=Registry(acme_base=A), tasks=None).text
    assert text.splitlines()[2:] == [
        "apiVersion: flyteops/v1",
        "images:",
        "  # task/b",
        f'  "ghcr.io/acme/base:v7": {A}',
    ]

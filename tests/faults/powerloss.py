"""Power loss as a model: what an apply wrote, recorded call by call, and every state of the disk it may have left.

A write, a new name and a removed name are pending until its file or its folder was flushed; what is pending at the loss
is there, is not, or (a write) is there for some of its sectors. What was flushed is there.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SECTOR = 512
_HEX = re.compile(r"(?:\\x[0-9a-f]{2})+")
_CALLS = "openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename,pwritev,pwritev2,fallocate,writev"

DRIVER = """
import os, sys
from applying import *
path, operation = Path(sys.argv[1]), sys.argv[2]
ids = CountedIds()
registry = SqliteRegistry(path, project="churn", clock=SystemClock(), ids=ids, tool="flyteops 0.1.0")
registry.prepare()
fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
registry.intend(fence, operation, PLANS[operation])
os.write(1, b"intended")
expected = {"one": 0, "two": 1}[operation]
registry.publish(fence, operation, "dev", expected_generation=expected, revision=revision(), changes=PLANS[operation])
os.write(1, b"published")
registry.release_lease(fence)
os.write(1, b"released")
"""
"""An apply that says what was answered to it, in the same record as its writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that matters after a power loss; `name` is a file's name in the folder, empty for the folder itself."""

    kind: Literal["write", "flush", "create", "remove", "cut", "said"]
    name: str = ""
    at: int = 0
    data: bytes = b""


def recorded(path: Path, operation: str) -> list[Call]:
    """Runs an apply and returns its calls on the registry's files, in order."""
    made = {path.name} if path.exists() else set()
    log = path.with_name("calls.log")
    program = [sys.executable, "-S", "-B", "-c", DRIVER, str(path), operation]
    command = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={_CALLS}", "-o", str(log), *program]
    environment = {"PYTHONPATH": str(Path(__file__).parent), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    calls = list(_parsed(log.read_text(encoding="ascii").splitlines(), folder=path.parent, made=made))
    log.unlink()
    return calls


def _parsed(lines: Iterable[str], *, folder: Path, made: set[str]) -> Iterable[Call]:
    for line in lines:
        call, _, rest = line.partition(" ")[2].strip().partition("(")
        if " = " not in rest or rest.rpartition(" = ")[2].startswith("-1"):
            continue
        texts = [_plain(each) for each in _HEX.findall(rest)]
        if call == "write" and rest.startswith("1<"):
            yield Call(kind="said", data=texts[-1])
            continue
        places = [each.decode() for each in texts[:2] if each.startswith(bytes(folder))]
        if not places:
            continue
        name = places[-1].removeprefix(str(folder)).lstrip("/")
        numbers = rest.rpartition(")")[0].split(", ")
        match call:
            case "openat" if "O_CREAT" in rest and name not in made:
                made.add(name)
                yield Call(kind="create", name=name)
            case "pwrite64":
                yield Call(kind="write", name=name, at=int(numbers[-1]), data=texts[-1])
            case "fsync" | "fdatasync":
                yield Call(kind="flush", name=name)
            case "ftruncate":
                yield Call(kind="cut", name=name, at=int(numbers[-1]))
            case "unlink":
                made.discard(name)
                yield Call(kind="remove", name=name)
            case "openat":
                continue
            case _:
                raise AssertionError(f"a call that the model does not know: {line[:200]}")


def _plain(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def left(before: Mapping[str, bytes], calls: list[Call], *, chance: random.Random | None) -> dict[str, bytes]:
    """The files after a loss of power behind the last call; without `chance` nothing that is pending was kept."""
    pending = _pending(calls)
    files = {name: bytearray(data) for name, data in before.items()}
    for number, call in enumerate(calls):
        lost = number in pending and (chance is None or chance.random() < 0.5)
        match call.kind:
            case "create" if not lost:
                files[call.name] = bytearray()
            case "remove" if not lost:
                files.pop(call.name, None)
            case "write" | "cut" if not lost and call.name in files:
                _apply(files[call.name], call, chance=chance if number in pending else None)
            case _:
                continue
    return {name: bytes(data) for name, data in files.items()}


def _pending(calls: list[Call]) -> set[int]:
    """The calls whose effect was not flushed: of a file by the file, of a name by the folder."""
    waiting: dict[int, str] = {}
    for number, call in enumerate(calls):
        if call.kind == "flush":
            waiting = {at: name for at, name in waiting.items() if name != call.name}
        elif call.kind in ("write", "cut"):
            waiting[number] = call.name
        elif call.kind in ("create", "remove"):
            waiting[number] = ""
    return set(waiting)


def _apply(file: bytearray, call: Call, *, chance: random.Random | None) -> None:
    if call.kind == "cut":
        del file[call.at :]
        file.extend(bytes(call.at - len(file)))
        return
    end = call.at + len(call.data)
    file.extend(bytes(max(end - len(file), 0)))
    torn = chance is not None and chance.random() < 0.3
    for start in range(0, len(call.data), SECTOR):
        if not torn or (chance is not None and chance.random() < 0.5):
            piece = call.data[start : start + SECTOR]
            file[call.at + start : call.at + start + len(piece)] = piece

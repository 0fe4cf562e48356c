# ruff: noqa: S311, T201, E501  # a program of its own, nothing secret
"""`python -m tests.fuzz.run TARGET SECONDS`: coverage-guided with atheris where it is installed, else plain mutation.

What is run is no user code: a hook on imports, processes and sockets ends the search with the input that caused it.
"""

from __future__ import annotations

import importlib
import importlib.util
import random
import resource
import sys
import tempfile
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOUND_S = 2.0
MEMORY_MIB = 1024
LONGEST = 20_000
DRAWN_BY = 20_261_124
_FORBIDDEN = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn", "socket.connect")
_WORDS = (b"$inputs.a", b" and ", b" not in [", b" is none", b"list[", b"enum[", b"dict[str, ", b" | None", b"def f(x: ",
          b"&a ", b"*a", b"!!str ", b"<<: ", b"\n---\n", b"\xe2\x80\xae", b"\xff", b"\0", b"\r\n", b"{", b"[", b"'", b'"',
          b"9" * 30, b"1e400", b"\xf0\x9f\x98\x80", b"@", b"lambda: ", b": ", b"- ", b"(" * 40)  # fmt: skip


def seeds(target: str) -> list[bytes]:
    """The first inputs of a target: the projects of the tests and those that ship."""
    folders = [ROOT / "tests" / "rejects", ROOT / "pipelines"]
    ending = "*.py" if target == "signature" else "*.yaml"
    files = sorted(path for folder in folders for path in folder.rglob(ending))
    texts = {path.read_bytes() for path in files if path.is_file() and path.stat().st_size < LONGEST}
    if target == "signature":
        return sorted(text.replace(b"def ", b"def f(a): ...\ndef ", 1) for text in texts)
    if target == "reader":
        return sorted(texts)
    key = b"when:" if target == "condition" else b": "
    lines = {line.split(key, 1)[1].strip() for text in texts for line in text.splitlines() if key in line}
    return sorted(line for line in lines if line)


def mutated(chance: random.Random, known: list[bytes]) -> bytes:
    """One input cut, repeated, joined with another or sown with a word."""
    data = bytearray(chance.choice(known))
    for _ in range(chance.randint(1, 6)):
        at, end = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
        match chance.randrange(5):
            case 0:
                del data[at:end]
            case 1:
                data[at:at] = chance.choice(_WORDS)
            case 2:
                data[at:end] = bytes(chance.choice(known))[: chance.randint(0, 200)]
            case 3:
                data[at:at] = data[at:end][:200] * chance.randint(1, 40)
            case _:
                data[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(data[:LONGEST])


def forbid_effects() -> None:
    """From here on no process is started and nothing is connected to."""

    def hook(event: str, _arguments: tuple[object, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            raise AssertionError(f"an input had an effect: {event}")

    sys.addaudithook(hook)


def plain(name: str, seconds: float) -> None:
    """The search without coverage."""
    from tests.fuzz.targets import TARGETS

    target, known, chance = TARGETS[name], seeds(name), random.Random(DRAWN_BY)
    forbid_effects()
    runs, slowest, ends = 0, 0.0, time.monotonic() + seconds
    while time.monotonic() < ends:
        data = mutated(chance, known)
        begun = time.process_time()
        try:
            target(data)
        except BaseException:
            print(f"{name}: run {runs} failed on {data!r}", file=sys.stderr)
            raise
        took = time.process_time() - begun
        assert took < BOUND_S, f"{took:.1f} s for {data!r}"
        runs, slowest = runs + 1, max(slowest, took)
    print(f"{name}: {runs} inputs from {len(known)} seeds, slowest {slowest:.3f} s, nothing found")


def guided(name: str, seconds: float) -> None:
    """The search with atheris; the corpus lives in a temporary folder."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["flyteops"]):
        from tests.fuzz.targets import TARGETS
    with tempfile.TemporaryDirectory() as corpus:
        known = seeds(name)
        for number, data in enumerate(known):
            (Path(corpus) / f"{number:05}").write_bytes(data)
        forbid_effects()
        limits = [f"-max_total_time={seconds:.0f}", "-timeout=2", f"-rss_limit_mb={MEMORY_MIB}", f"-max_len={LONGEST}"]
        print(f"{name}: {len(known)} seeds")
        atheris.Setup([sys.argv[0], *limits, "-print_final_stats=1", corpus], TARGETS[name])
        atheris.Fuzz()


def main() -> None:
    """Runs one target for so many seconds."""
    name, seconds = sys.argv[1], float(sys.argv[2])
    warnings.simplefilter("ignore")
    if importlib.util.find_spec("atheris") is None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MIB << 20, MEMORY_MIB << 20))
        plain(name, seconds)
    else:
        guided(name, seconds)


if __name__ == "__main__":
    main()

"""The command line of a pod (`python -P -m flyteops.runtime VERB …`, documented in the package)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

from flyteops.execution.children import child_name
from flyteops.model.digest import JsonObject
from flyteops.runtime.endings import STOPPED, Ended
from flyteops.runtime.limits import stopping
from flyteops.runtime.session import Session, parsed
from flyteops.runtime.stores import open_store
from flyteops.runtime.verbs import VERBS, Answer, answered, begun, failed, perform

USAGE = 64
_OPTIONS = (
    "--store",
    "--run",
    "--attempt",
    "--item",
    "--result",
    "--scope",
    "--cache",
    "--folder",
    "--code",
    "--kickoff",
    "--inputs",
    "--raw-data",
    "--batch",
    "--carry",
    "--within",
    "--launched",
    "--answer",
)


class Wrong(Exception):
    """The command line is wrong."""


class Arguments:
    """The command line, read."""

    __slots__ = ("invocation", "options", "verb")

    def __init__(self, verb: str, options: dict[str, list[str]], invocation: JsonObject) -> None:
        self.verb = verb
        self.options = options
        self.invocation = invocation

    def one(self, name: str, default: str | None = None) -> str:
        """The last value of an option."""
        given = self.options.get(name)
        if given:
            return given[-1]
        if default is None:
            raise Wrong(f"{name} is missing")
        return default


def read_arguments(argv: Sequence[str]) -> Arguments:
    """The verb, the options and the invocation; raises `Wrong`."""
    if not argv or argv[0] not in VERBS:
        raise Wrong(f"the first argument is one of {' '.join(VERBS)}")
    options: dict[str, list[str]] = {}
    rest = list(argv[1:])
    while rest and rest[0].startswith("--"):
        name = rest.pop(0)
        if name not in _OPTIONS or not rest:
            raise Wrong(f"{name} is no option, or lacks its value")
        options.setdefault(name, []).append(rest.pop(0))
    if len(rest) != 1:
        raise Wrong("exactly one invocation is needed")
    return Arguments(argv[0], options, read_invocation(rest[0]))


def read_invocation(text: str) -> JsonObject:
    """The document of base64 text, or of `@FILE`."""
    if text.startswith("@"):
        with open(text[1:], "rb") as file:  # noqa: PTH123
            data = file.read()
    else:
        import binascii

        try:
            data = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error as error:
            raise Wrong(f"the invocation is no base64: {error}") from None
    document = parsed(data)
    if document is None or document.get("v") != 1 or "step" not in document:
        raise Wrong("the invocation is no document of version 1")
    return document


def main(argv: Sequence[str]) -> int:
    """Runs a verb and returns its exit code."""
    try:
        arguments = read_arguments(argv)
        session = _session(arguments)
        items = _items(arguments)
        if arguments.verb == "map-item" and not items:
            raise Wrong("map-item needs --item")
    except (Wrong, ValueError, OSError) as error:
        sys.stderr.write(f"flyteops.runtime: {error}\n")
        return USAGE
    if len(items) > 1 or "--carry" in arguments.options:
        from flyteops.runtime.batches import run_batch

        return run_batch(session, arguments.invocation, items, carried=int(arguments.one("--carry", "0")))
    return _run(arguments, session, items[0] if items else None)


def _items(arguments: Arguments) -> range:
    """`--item 3`, or `--item 0-9` for a batch; empty when there is none. That of a map of runs ends the path of the
    run which is launched."""
    text = arguments.one("--item", "")
    if arguments.verb in ("launch", "land") and arguments.invocation.get("do") == "each":
        text = arguments.one("--launched").rpartition(".")[2]
    if not text:
        return range(0)
    first, dash, last = text.partition("-")
    return range(int(first), int(last if dash else first) + 1)


def _session(arguments: Arguments) -> Session:
    attempt = arguments.one("--attempt")
    folder = arguments.one("--folder", "")
    if not folder:
        temporary = os.environ.get("TMPDIR", "/tmp")  # noqa: S108 - the attempt's own folder is made below it
        folder = os.path.join(temporary, f"flyteops-{attempt}-{os.getpid()}")  # noqa: PTH118
    cache = arguments.one("--cache", "on")
    if cache not in ("on", "off", "overwrite"):
        raise Wrong("--cache is on, off or overwrite")
    return Session(
        store=open_store(arguments.one("--store")),
        run=_run_name(arguments),
        attempt=attempt,
        scope=arguments.one("--scope", "shared"),
        cache=cache,
        folder=folder,
        code=tuple(arguments.options.get("--code", ())),
        note=_note,
        raw_data=arguments.one("--raw-data", ""),
    )


def _run_name(arguments: Arguments) -> str:
    """The run that the pod works for: the whole, or one inside at the path `--within`. A pod for what is launched at
    the path `--launched` works for the run which launches."""
    name = arguments.one("--run")
    path = arguments.one("--within", "") or arguments.one("--launched", "").rpartition("/")[0]
    for step in path.split("/") if path else ():
        name = child_name(name, step)
    return name


def _note(event: str, message: str) -> None:
    sys.stderr.write(json.dumps({"event": event, "message": message}) + "\n")


def _run(arguments: Arguments, session: Session, item: int | None) -> int:
    if arguments.verb in ("task", "map-item"):
        _prepare(arguments, session, item)
    answer = _perform(arguments, session, item)
    if answer.error is not None:
        # What a script said stands in the log already.
        traceback = "" if "script" in arguments.invocation else answer.error["traceback"]
        sys.stderr.write(f"{traceback or ''}{answer.error['message']}\n")
    elif answer.result and "--result" in arguments.options:
        with open(arguments.one("--result"), "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(_batched(answer.result, int(arguments.one("--batch", "0"))))
    return STOPPED if answer.code and stopping() else answer.code


def _batched(result: str, most: int) -> str:
    """The items of a map as ranges of at most so many, when a pod takes a batch."""
    if not most:
        return result
    count = len(json.loads(result))
    ranges = [f"{first}-{min(first + most, count) - 1}" for first in range(0, count, most)]
    return json.dumps(ranges, separators=(",", ":"))


def _perform(arguments: Arguments, session: Session, item: int | None) -> Answer:
    if arguments.verb == "begin":
        kickoff, inputs = arguments.one("--kickoff", ""), arguments.one("--inputs", "")
        return begun(session, arguments.invocation, kickoff=kickoff, inputs=inputs)
    if arguments.verb == "hold":
        return answered(session, arguments.invocation, arguments.one("--answer", ""))
    return perform(session, arguments.verb, arguments.invocation, item)


def _prepare(arguments: Arguments, session: Session, item: int | None) -> None:
    """Deadline, SIGTERM, import roots and an environment without our own variables: then the user's code."""
    from flyteops.runtime.limits import install, vanish
    from flyteops.runtime.surroundings import prepare

    def leave(ended: Ended) -> None:
        vanish(failed(session, arguments.invocation, item, ended).code)

    run_s = arguments.invocation.get("run_s")
    install(leave, run_s=float(run_s) if isinstance(run_s, int | float) else None)
    prepare(session, arguments.invocation)


if __name__ == "__main__":
    from flyteops.runtime.limits import vanish

    # Threads and exit handlers of user code have no say any more: the commit is written or it is not.
    vanish(main(sys.argv[1:]))

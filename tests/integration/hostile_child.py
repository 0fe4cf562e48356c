"""Runs `flyteops validate` as its own program under limits; an effect of the project ends it with 99.

Not a test: test_hostile_projects.py starts it.
"""

from __future__ import annotations

import resource
import sys

MEMORY_MIB = 256
EFFECT = 99
_FORBIDDEN = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn", "socket.connect", "socket.get")
_HARDENED = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "protocol.allow=never")
"""`validate` lists the files of the repository with git itself, which is told to start nothing."""


def _words(arguments: object) -> list[str]:
    return [str(each) for each in arguments] if isinstance(arguments, list | tuple) else []


def main() -> None:
    """Limits first, then a hook that sees processes and connections, then the command line."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MIB << 20, MEMORY_MIB << 20))
    sys.dont_write_bytecode = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "subprocess.Popen" and arguments[0] == "git" and set(_HARDENED) <= set(_words(arguments[1])):
            return
        if event.startswith(_FORBIDDEN):
            sys.stderr.write(f"an effect: {event} {arguments!r}\n")
            sys.stderr.flush()
            import os

            os._exit(EFFECT)

    sys.addaudithook(hook)
    from flyteops.cli.main import main as flyteops

    code = int(flyteops(["--no-input", "--color", "never", "validate"]))
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("used.txt", "w", encoding="ascii") as told:  # noqa: PTH123 - pathlib may be what is under test
        told.write(f"{used.ru_utime + used.ru_stime:.3f}")
    sys.exit(code)


if __name__ == "__main__":
    main()

"""How an attempt may end: exit codes (part of the specification) and the one exception."""

from __future__ import annotations

DONE = 0
USER = 80
NEVER = 81
INTERFACE = 82
IMPORT = 83
STORE = 84
DEADLINE = 85
STOPPED = 86
LEASE = 87

CAUSES = {
    USER: "user",
    NEVER: "never",
    INTERFACE: "interface",
    IMPORT: "import",
    STORE: "store",
    DEADLINE: "deadline",
    STOPPED: "stopped",
    LEASE: "lease",
}


class Ended(Exception):
    """The attempt is over without a result: exit code, message, and what Python said of it."""

    def __init__(self, code: int, message: str, *, kind: str = "", traceback: str = "") -> None:
        self.code = code
        self.message = message
        self.kind = kind
        self.traceback = traceback
        super().__init__(message)


class Mismatch(Exception):
    """A value does not fit its type; `at` is where inside the value, such as `.rows.0`."""

    def __init__(self, message: str, at: str = "") -> None:
        self.message = message
        self.at = at
        super().__init__(f"{at}: {message}" if at else message)

"""Exit codes: anything but 0 and 2 means stop."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a script may rely on."""

    OK = 0
    OUTSIDE = 1
    """Something outside failed; another try may help."""
    CHANGES = 2
    """Safe changes are pending (only with `--detailed-exitcode`)."""
    CONSENT = 3
    """Changes that need consent are pending (only with `--detailed-exitcode`)."""
    INVALID = 4
    REFUSED = 5
    RUN_FAILED = 6
    USAGE = 64
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143

"""The machine's clock and chance, behind the ports of the same names."""

from __future__ import annotations

import secrets
import string
import time

_LETTERS = string.ascii_lowercase
_ALPHABET = _LETTERS + string.digits


class SystemClock:
    """Wall and monotonic time of this machine."""

    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()


class RandomIds:
    """Identifiers from the system's randomness: 26 * 36**19 of them, so none comes twice."""

    def fresh(self) -> str:
        """A lower-case text of 20 characters that starts with a letter."""
        return secrets.choice(_LETTERS) + "".join(secrets.choice(_ALPHABET) for _ in range(19))

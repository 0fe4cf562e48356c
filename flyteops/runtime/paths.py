"""Where user code is imported from: after the standard library, before what is installed."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def add_code_roots(roots: Sequence[str]) -> None:
    """Puts import roots before the first folder of installed packages.

    After the standard library, so that a user's `token.py` or `json.py` breaks nothing; before site-packages, so
    that the work tree counts and not an older build of it that happens to be installed.
    """
    places = (i for i, path in enumerate(sys.path) if "site-packages" in path or "dist-packages" in path)
    at = next(places, len(sys.path))
    sys.path[at:at] = [root for root in roots if root not in sys.path]

"""A function that needs a secret; it returns a digest, never the value."""

import hashlib
import os


def fingerprint() -> str:
    """Something about the token that is no secret."""
    return hashlib.sha256(os.environ["API_TOKEN"].encode()).hexdigest()[:8]

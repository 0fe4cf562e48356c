"""What a reference to an image looks like: one rule for what is declared and for what goes into a pod."""

from __future__ import annotations

import re

REPOSITORY = r"[a-z0-9]+([._-]+[a-z0-9]+)*(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
"""Host, port and path, as registries take them: in small letters."""
IMAGE_REFERENCE = REPOSITORY + r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?"
DECLARED_OR_REFERENCE = rf"[A-Za-z0-9][A-Za-z0-9._+-]*|{IMAGE_REFERENCE}"
"""A text without a host or a tag may be the name of a declared image."""
_MOST = 512


def is_image_reference(text: str) -> bool:
    """Whether a pod can name an image so."""
    return len(text) <= _MOST and re.fullmatch(IMAGE_REFERENCE, text) is not None


def is_image_or_name(text: str) -> bool:
    """Whether it is a reference, or may be the name of a declared image."""
    return len(text) <= _MOST and re.fullmatch(DECLARED_OR_REFERENCE, text) is not None


def is_image_repository(text: str) -> bool:
    """Whether images can be pushed below it."""
    return len(text) <= _MOST and re.fullmatch(REPOSITORY, text) is not None

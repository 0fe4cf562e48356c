"""A registry of container images, as far as a digest is asked of it."""

from __future__ import annotations

from typing import Protocol


class ImageRegistry(Protocol):
    """Knows which digest a tag means now."""

    def digest(self, reference: str) -> str | None:
        """`sha256:…` of a reference with a tag; None when there is no such image. Raises `OutsideFailed`."""

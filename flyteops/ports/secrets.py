"""Where the values of secrets lie for a run on this machine."""

from __future__ import annotations

from typing import Protocol

from flyteops.model.surroundings import SecretSource


class SecretPlace(Protocol):
    """One of the places; asked in order until one knows the secret."""

    def way(self, secret: str, source: SecretSource) -> str:
        """How one puts a value there, as an order to a reader; empty when this place is none for such a secret."""

    def find(self, secret: str, source: SecretSource) -> str | None:
        """The value; None when this place does not know the secret. What is there and may not be used is raised."""

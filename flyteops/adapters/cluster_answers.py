"""What an API server's answer means: its status and reason to one of the ways in which a call can fail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flyteops.model.frozen import frozen
from flyteops.ports.cluster import ClusterFailed

_OWNER = re.compile(r'conflict with "([^"]*)"')


@frozen
class Answer:
    """Status code, body (JSON from outside), and how long the server wants to be left alone."""

    status: int
    body: dict[str, Any]
    retry_after: str = ""

    @property
    def message(self) -> str:
        """The server's own words."""
        return str(self.body.get("message") or f"status {self.status}")

    @property
    def causes(self) -> tuple[Mapping[str, Any], ...]:
        """The causes of a Status object."""
        details = self.body.get("details")
        causes = details.get("causes") if isinstance(details, dict) else None
        return tuple(each for each in causes if isinstance(each, dict)) if isinstance(causes, list) else ()


def failure(answer: Answer, *, mutating: bool) -> ClusterFailed:
    """The failure that an answer tells; an answer that settles nothing about a write is `unknown`."""
    message, reasons = answer.message, {str(each.get("reason")) for each in answer.causes}
    match answer.status:
        case 401:
            return ClusterFailed("unauthenticated", message)
        case 403 if "NamespaceTerminating" in reasons:
            return ClusterFailed("terminating", message)
        case 403:
            return ClusterFailed("forbidden", message)
        case 404:
            return ClusterFailed("absent", message)
        case 409 if "FieldManagerConflict" in reasons:
            return ClusterFailed("conflict", message, owners=tuple(_owners(answer)))
        case 409:
            return ClusterFailed("stale", message)
        case 400 | 413 | 415 | 422:
            return ClusterFailed("invalid", message)
        case 500 if "typed patch object" in message:
            # How a server says, to an apply, that its schema has no such field.
            return ClusterFailed("invalid", message)
        case 429:
            return ClusterFailed("busy", message)
        case _ if mutating:
            return ClusterFailed("unknown", message)
        case _:
            return ClusterFailed("busy", message)


def retry_after_s(answer: Answer, attempt: int) -> float | None:
    """How long to wait before asking again, None when the answer stands. A 429 was not carried out; neither was a
    5xx that names a time."""
    if answer.status == 429 or (answer.status >= 500 and answer.retry_after):
        return float(answer.retry_after) if answer.retry_after.isdigit() else 0.2 * 2.0**attempt
    return None


def _owners(answer: Answer) -> list[str]:
    told = []
    for cause in answer.causes:
        owner = _OWNER.search(str(cause.get("message", "")))
        told.append(f"{owner.group(1) if owner else 'somebody'}: {cause.get('field', '')}")
    return sorted(told)

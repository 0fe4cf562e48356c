"""The image reference of a pod, and what is said when it is not pinned by a digest."""

from __future__ import annotations

import re

from flyteops.argo.faults import Findings
from flyteops.model.entities import Image
from flyteops.model.image_names import is_image_reference

_DIGEST = re.compile(r"(sha256:)?[0-9a-f]{64}")


def image_reference(image: Image | None, *, default: str, at: tuple[str, str], found: Findings) -> str:
    """What the container's `image` says: pinned when the lock knows the digest, else as written with a note."""
    if image is None:
        return checked_reference(default, name=default, at=at, found=found)
    bare = image.reference
    if bare is None:
        bare = "/".join(part for part in (image.registry, image.name) if part)
    if image.digest is None:
        if image.reference is None:
            found.note(f'image "{image.name}" is not built yet: no pod can start until it is pushed and pinned')
            return checked_reference(bare, name="", at=at, found=found)
        return checked_reference(bare, name=image.name, at=at, found=found)
    if not _DIGEST.fullmatch(image.digest):
        _refuse(f'"{image.digest}" is not a digest of an image', at=at, found=found)
        return bare
    return checked_reference(
        f"{bare.partition('@')[0]}@sha256:{image.digest[-64:]}", name=image.name, at=at, found=found
    )


def checked_reference(reference: str, *, name: str, at: tuple[str, str], found: Findings) -> str:
    """The reference, refused when it is none; noted under `name` when it has no digest and `name` is not empty."""
    if not is_image_reference(reference):
        _refuse(f'"{reference}" is not a reference to an image', at=at, found=found)
    elif name and "@sha256:" not in reference:
        found.note(f'image "{name}" is not pinned: {reference}')
    return reference


def _refuse(message: str, *, at: tuple[str, str], found: Findings) -> None:
    found.refuse(
        "FO806",
        message,
        at=at,
        label="not a reference",
        way_out="Write registry/name:tag or registry/name@sha256:<64 hex digits>.",
    )

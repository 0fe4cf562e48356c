"""One rule for what is declared and for what goes into a pod."""

from __future__ import annotations

import pytest

from flyteops.model.image_names import is_image_or_name, is_image_reference, is_image_repository

DIGEST = "@sha256:" + "0a" * 32


@pytest.mark.parametrize(
    ("text", "reference", "name", "repository"),
    [
        ("python", True, True, True),
        ("ghcr.io/acme/base:V7", True, True, False),
        ("localhost:5000/a__b/c-d", True, True, True),
        (f"x/y:v1{DIGEST}", True, True, False),
        ("Train", False, True, False),
        ("train_", False, True, False),
        ("Acme/x", False, False, False),
        ("ghcr.io/Acme/x", False, False, False),
        ("x/y@sha256:12", False, False, False),
        ("x/y:tag\n", False, False, False),
        ("x//y", False, False, False),
        ("", False, False, False),
        ("a/" * 255 + "a", True, True, True),
        ("a/" * 256 + "a", False, False, False),
    ],
)
def test_rules(text: str, *, reference: bool, name: bool, repository: bool) -> None:
    assert (is_image_reference(text), is_image_or_name(text), is_image_repository(text)) == (
        reference,
        name,
        repository,
    )

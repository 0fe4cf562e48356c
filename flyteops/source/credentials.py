"""What looks like a credential: a published list of patterns, no guess by entropy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.digest import sha256_hex
from flyteops.model.frozen import frozen
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode


@frozen
class Allowed:
    """A false alarm that the settings allow: the place, and the digest of the text that stands there."""

    path: str
    line: int
    sha256: str


PATTERNS: dict[str, str] = {
    "key id of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})",
    "token of GitLab": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "token of Slack": r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    "webhook of Slack": r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,}",
    "API key of Google": r"\bAIza[0-9A-Za-z_-]{35}",
    "token of Hugging Face": r"\bhf_[A-Za-z0-9]{30,}",
    "token of npm": r"\bnpm_[A-Za-z0-9]{36}",
    "token of PyPI": r"\bpypi-AgE[A-Za-z0-9_-]{50,}",
    "secret key of Stripe": r"\b(?:sk|rk)_live_[0-9A-Za-z]{16,}",
    "API key of a model provider": r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}",
    "private key": r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----",
    "URL with a password": r"\b[a-z][a-z0-9+.-]{1,20}://[^/\s:@'\"$]{1,64}:[^/\s@'\"$]{1,256}@",
}
_ANY = re.compile("|".join(f"(?P<p{number}>{pattern})" for number, pattern in enumerate(PATTERNS.values())))
_NAMES = tuple(PATTERNS)
_SIGNS = (
    b"AKIA", b"ASIA", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_", b"glpat-", b"xox",
    b"hooks.slack.com", b"AIza", b"hf_", b"npm_", b"pypi-AgE", b"_live_", b"PRIVATE KEY", b"://",
)  # fmt: skip
_SIGN = re.compile(rb"sk-[A-Za-z0-9_-]{32}")  # `sk-` alone is in every `task-1`
"""Whatever a pattern finds holds one of these signs; looking for them costs a small part of what the patterns do."""


def masked(text: str) -> str:
    """The text with every credential in it as dots, each as long as what it hides."""
    return _ANY.sub(lambda found: "•" * len(found.group()), text)


def suspicious(data: bytes) -> bool:
    """Whether the bytes of a file hold anything that looks like one: a quick look before the tree is walked."""
    if not any(sign in data for sign in _SIGNS) and _SIGN.search(data) is None:
        return False
    return _ANY.search(data.decode("utf-8", "replace")) is not None


def credentials_in(root: Mapping, allowed: tuple[Allowed, ...]) -> list[Diagnostic]:
    """FO330 for every value that holds one, with its place and never its text."""
    found: list[Diagnostic] = []
    for scalar in _scalars(root):
        match = _ANY.search(scalar.text)
        if match is None:
            continue
        place, digest = scalar.place, sha256_hex(scalar.text.encode("utf-8"))
        if any(each.path == place.path and each.line == place.line and each.sha256 == digest for each in allowed):
            continue
        kind = _NAMES[int(str(match.lastgroup)[1:])]
        found.append(_told(place, kind, digest))
    return found


def _told(place: Place, kind: str, digest: str) -> Diagnostic:
    return Diagnostic(
        code="FO330",
        message="a value looks like a credential",
        place=place,
        label=f"a {kind}",
        help="take it out and revoke it: git keeps it for ever; a pod gets it from a secret, by name. If it is none: "
        f"allow_literals: [{{at: {place.path}:{place.line}, sha256: {digest}}}] in flyteops.yaml",
    )


def _scalars(node: TreeNode) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case Sequence(items=items):
            for item in items:
                yield from _scalars(item)
        case Mapping(entries=entries):
            for entry in entries:
                yield entry.key
                yield from _scalars(entry.value)

"""Digests of images by the HTTP interface that all registries share; anonymous, standard library only."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message

from flyteops.model.errors import OutsideFailed

TIMEOUT_S = 15.0
MOST_BYTES = 4 * 1024 * 1024
"""The largest manifest that a registry must take."""
_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LOCAL = ("localhost", "127.0.0.1", "[::1]")


class HttpImageRegistry:
    """Asks the host that a reference names; Docker Hub for one without a host."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._tokens: dict[tuple[str, str], str] = {}

    def digest(self, reference: str) -> str | None:
        """`sha256:…` of a reference with a tag; None when there is no such image."""
        host, name, tag = place_of(reference)
        for method in ("HEAD", "GET"):
            answer = self._manifest(host, name, tag, method=method)
            if answer is None:
                return None
            headers, body = answer
            told = headers.get("Docker-Content-Digest", "")
            if method == "GET" and not told:
                told = f"sha256:{hashlib.sha256(body).hexdigest()}"
            if _DIGEST.fullmatch(told):
                return told
        raise _failed(host, f"it tells no digest of {reference}", retryable=False)

    def _manifest(self, host: str, name: str, tag: str, *, method: str) -> tuple[Message, bytes] | None:
        url = f"{_scheme(host)}://{host}/v2/{name}/manifests/{tag}"
        for again in (True, False):
            headers = {"Accept": _MANIFESTS}
            if (host, name) in self._tokens:
                headers["Authorization"] = f"Bearer {self._tokens[host, name]}"
            try:
                return self._open(host, urllib.request.Request(url, headers=headers, method=method))  # noqa: S310
            except urllib.error.HTTPError as error:
                with error:
                    if error.code == 404:
                        return None
                    if error.code == 401 and again and self._asked(host, name, error.headers):
                        continue
                    raise _failed(
                        host, f"it answers {error.code} for {name}:{tag}", retryable=error.code in (429, 500, 502, 503)
                    ) from None
        raise _failed(host, f"it wants credentials for {name}:{tag}", retryable=False)

    def _asked(self, host: str, name: str, headers: Message) -> bool:
        """Gets the token that everybody gets; whether the registry offers one."""
        found = dict(re.findall(r'(\w+)="([^"]*)"', headers.get("WWW-Authenticate", "")))
        realm = found.pop("realm", "")
        if not realm.startswith("https://") and urllib.parse.urlsplit(realm).hostname not in _LOCAL:
            return False
        wanted = {key: value for key, value in found.items() if key in ("service", "scope")}
        url = f"{realm}?{urllib.parse.urlencode({'scope': f'repository:{name}:pull', **wanted})}"
        try:
            _, body = self._open(host, urllib.request.Request(url))  # noqa: S310 - https, or this machine
            answer = json.loads(body)
        except (urllib.error.HTTPError, ValueError):
            return False
        token = answer.get("token") or answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            return False
        self._tokens[host, name] = token
        return True

    def _open(self, host: str, request: urllib.request.Request) -> tuple[Message, bytes]:
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:  # noqa: S310
                return answer.headers, answer.read(MOST_BYTES)
        except urllib.error.HTTPError:
            raise
        except (urllib.error.URLError, OSError) as error:
            why = getattr(error, "reason", error)
            raise _failed(host, f"it cannot be reached: {why}", retryable=True) from None


def place_of(reference: str) -> tuple[str, str, str]:
    """Host, name and tag of a reference; `python:3.12` is Docker Hub's `library/python`, without a tag `latest`."""
    first, slash, rest = reference.partition("/")
    if slash and (any(mark in first for mark in ".:") or first == "localhost"):
        host, path = first, rest
    else:
        host, path = "docker.io", reference
    name, _, tag = path.partition("@")[0].partition(":")
    if host == "docker.io":
        host, name = "registry-1.docker.io", name if "/" in name else f"library/{name}"
    return host, name, tag or "latest"


def _scheme(host: str) -> str:
    return "http" if host.rpartition(":")[0] in _LOCAL or host in _LOCAL else "https"


def _failed(host: str, why: str, *, retryable: bool) -> OutsideFailed:
    way_out = "give the digest yourself: flyteops lock --image REFERENCE@sha256:…"
    return OutsideFailed(f"image registry {host}", why, retryable=retryable, way_out=way_out)

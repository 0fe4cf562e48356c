"""A registry of images over HTTP: digests, tokens, what is not there, what does not answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from flyteops.adapters.image_registry import HttpImageRegistry, place_of
from flyteops.model.errors import OutsideFailed

TOLD = f"sha256:{'a' * 64}"


class Registry(BaseHTTPRequestHandler):
    """Images by name: `open` tells its digest, `silent` tells none, `private` wants a token, `sick` is ill."""

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_GET(self) -> None:
        if self.path.startswith("/token"):
            assert "scope=repository%3Aacme%2Fprivate%3Apull" in self.path
            self._send(200, b'{"token": "t0ken"}')
        else:
            self._answer(b"{}")

    def _answer(self, body: bytes) -> None:
        name = self.path.split("/")[3]
        port = self.server.server_address[1]
        if name == "private" and self.headers.get("Authorization") != "Bearer t0ken":
            offer = f'Bearer realm="http://127.0.0.1:{port}/token",service="x",scope="repository:acme/private:pull"'
            self._send(401, b"", **{"WWW-Authenticate": offer})
        elif name == "closed":
            self._send(401, b"", **{"WWW-Authenticate": 'Basic realm="x"'})
        elif name in ("open", "private"):
            self._send(200, body, **{"Docker-Content-Digest": TOLD})
        elif name == "silent":
            self._send(200, body)
        else:
            self._send(503 if name == "sick" else 404, b"")

    def _send(self, code: int, body: bytes, **headers: str) -> None:
        self.send_response(code)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_a_registry_says(host: str) -> None:
    registry = HttpImageRegistry(timeout_s=5)
    assert registry.digest(f"{host}/acme/open:v1") == TOLD
    assert registry.digest(f"{host}/acme/private:v1") == TOLD
    assert registry.digest(f"{host}/acme/silent:v1") == f"sha256:{hashlib.sha256(b'{}').hexdigest()}"
    assert registry.digest(f"{host}/acme/gone:v1") is None


@pytest.mark.parametrize(
    ("name", "message", "retryable"),
    [("sick", "it answers 503 for acme/sick:v1", True), ("closed", "it answers 401 for acme/closed:v1", False)],
)
def test_what_it_cannot_say_is_told(host: str, name: str, message: str, retryable: bool) -> None:
    with pytest.raises(OutsideFailed) as failed:
        HttpImageRegistry(timeout_s=5).digest(f"{host}/acme/{name}:v1")
    assert (failed.value.message, failed.value.retryable) == (message, retryable)
    assert failed.value.way_out == "give the digest yourself: flyteops lock --image REFERENCE@sha256:…"


def test_nobody_there_is_told() -> None:
    with pytest.raises(OutsideFailed) as failed:
        HttpImageRegistry(timeout_s=5).digest("127.0.0.1:9/acme/x:1")
    assert failed.value.message.startswith("it cannot be reached: ")
    assert failed.value.retryable


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("python:3.12-slim", ("registry-1.docker.io", "library/python", "3.12-slim")),
        ("acme/x", ("registry-1.docker.io", "acme/x", "latest")),
        ("docker.io/nvidia/cuda:12", ("registry-1.docker.io", "nvidia/cuda", "12")),
        ("ghcr.io/acme/base:v7", ("ghcr.io", "acme/base", "v7")),
        ("localhost:5000/x:1", ("localhost:5000", "x", "1")),
    ],
)
def test_where_a_reference_points(reference: str, place: tuple[str, str, str]) -> None:
    assert place_of(reference) == place

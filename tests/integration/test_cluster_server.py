"""The adapter of Kubernetes against a server that misbehaves on purpose (F25 to F31)."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("kubernetes")

from flyteops.adapters import cluster_kubernetes
from flyteops.adapters.cluster_kubernetes import KubernetesCluster
from flyteops.model.state import ObjectRef
from flyteops.ports.cluster import ClusterFailed
from tests.contract.cluster_contract import API, KIND, template

REF = ObjectRef(api_version=API, kind=KIND, namespace="n", name="one")
BUSY = {"kind": "Status", "message": "too many requests"}


class Server:
    """Answers with what it is given, one after the other, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, object, dict[str, str]]] = []
        self.asked: list[tuple[str, str, object]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                sent = json.loads(self.rfile.read(size)) if size else None
                outer.asked.append((self.command, self.path, sent))
                status, body, headers = outer.answers.pop(0)
                if status == 0:
                    self.connection.close()
                    return
                if callable(body):
                    body(self)
                    return
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_PATCH = do_DELETE = answer  # noqa: N815 - the names that http.server looks for

            def log_message(self, *words: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def will(self, status: int, body: object = None, **headers: str) -> None:
        self.answers.append((status, body or {}, {name.replace("_", "-"): text for name, text in headers.items()}))


@pytest.fixture
def server():
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def cluster(server, waits, tmp_path):
    port = server.http.server_address[1]
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": {"token": "secret-token"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(config), encoding="utf-8")
    return KubernetesCluster(kubeconfig=str(path), context=None, wait=waits.append)


def page(*names: str, version: str = "9", **more: object):
    items = [{"metadata": {"name": name, "uid": f"u-{name}"}} for name in names]
    return {"kind": "List", "metadata": {"resourceVersion": version, **more}, "items": items}


def listed(cluster):
    return [live.ref.name for live in cluster.list(API, KIND, "n", selector="a=b")]


def reason(call) -> tuple[str, str]:
    with pytest.raises(ClusterFailed) as failed:
        call()
    return failed.value.reason, failed.value.message


def test_pages_are_joined(cluster, server):
    server.will(200, page("a", "b", **{"continue": "t1"}))
    server.will(200, page("c"))
    assert listed(cluster) == ["a", "b", "c"]
    root = "/apis/argoproj.io/v1alpha1/namespaces/n/workflowtemplates"
    assert [path for _, path, _ in server.asked] == [
        f"{root}?labelSelector=a%3Db&limit=500", f"{root}?labelSelector=a%3Db&limit=500&continue=t1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "second",
    [
        (410, {"message": "the provided continue parameter is too old"}, {}),
        (500, {"message": "etcd is away"}, {}),
        (403, {"message": "no"}, {}),
        (200, {"kind": "List"}, {}),
        (200, b"", {}),
        (200, page("c", remainingItemCount=3), {}),
        (200, page("c", **{"continue": "t1"}), {}),
    ],
)
def test_a_list_that_does_not_end_well_is_partial(cluster, server, second):
    server.will(200, page("a", **{"continue": "t1"}))
    server.answers.append(second)
    assert reason(lambda: listed(cluster))[0] == "partial"


def test_an_empty_answer_is_no_empty_list(cluster, server):
    server.will(200, {})
    assert reason(lambda: listed(cluster)) == ("partial", "the answer to a list of WorkflowTemplate is no list")


def test_a_busy_server_is_asked_again_when_it_says(cluster, server, waits):
    server.will(429, BUSY, Retry_After="3")
    server.will(429, BUSY, Retry_After="1")
    server.will(200, template("one", "n"))
    assert cluster.get(REF) is not None
    assert waits == [3.0, 1.0]


def test_a_busy_server_is_not_asked_for_ever(cluster, server, waits):
    for _ in range(5):
        server.will(429, BUSY, Retry_After="1")
    assert reason(lambda: cluster.apply(template("one", "n"), seen=None)) == ("busy", "too many requests")
    assert (len(server.asked), waits) == (5, [1.0] * 4)


def test_a_busy_server_that_asks_for_an_hour_is_told_at_once(cluster, server, waits):
    server.will(429, BUSY, Retry_After="3600")
    assert reason(lambda: cluster.get(REF)) == ("busy", "too many requests")
    assert waits == []


@pytest.mark.parametrize("answer", [(0, {}, {}), (500, {"message": "boom"}, {}), (504, {"message": "slow"}, {})])
def test_a_write_without_a_clear_answer_is_unknown_and_sent_once(cluster, server, answer):
    for call in (lambda: cluster.apply(template("one", "n"), seen=None), lambda: cluster.delete(REF, uid="u")):
        server.asked.clear()
        server.answers.append(answer)
        assert reason(call)[0] == "unknown"
        assert len(server.asked) == 1


def quiet(handler):
    """Takes the request and says nothing for longer than anybody waits."""
    time.sleep(1.0)


def dripping(handler):
    """Never silent for long, and never done."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    with contextlib.suppress(OSError):
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)


def endless(handler):
    """More than any list of ours has."""
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b" " * 65536)


@pytest.mark.parametrize(
    ("slow", "words"), [(quiet, "timed out"), (dripping, "not over after"), (endless, "more than")]
)
def test_a_server_that_takes_for_ever_is_left_in_time(cluster, server, monkeypatch, slow, words):
    """F28: 20 seconds in earnest, for every call but a read, which is tried again."""
    monkeypatch.setattr(cluster_kubernetes, "ANSWER_S", 0.4)
    monkeypatch.setattr(cluster_kubernetes, "MOST_BYTES", 1 << 20)
    for call, sent in ((lambda: cluster.apply(template("one", "n"), seen=None), 1), (lambda: cluster.get(REF), 5)):
        for _ in range(sent):
            server.will(200, slow)
        began = time.monotonic()
        told, message = reason(call)
        assert (told, words in message, len(server.asked)) == ("unknown", True, sent), message
        assert time.monotonic() - began < sent * 1.0
        server.asked.clear()


def test_a_body_that_is_nested_without_end_is_no_answer(cluster, server):
    server.will(200, b"[" * 200_000)
    assert reason(lambda: cluster.list(API, KIND, "n", selector=""))[0] == "partial"


def test_a_read_that_was_cut_off_is_tried_again(cluster, server, waits):
    server.will(0)
    server.will(200, template("one", "n"))
    assert cluster.get(REF) is not None
    assert waits == [0.1]


def test_what_is_sent(cluster, server):
    server.will(200, {**template("one", "n"), "metadata": {"name": "one", "uid": "u", "resourceVersion": "7"}})
    live = cluster.apply(template("one", "n"), seen=None)
    server.will(201, template("one", "n"))
    cluster.apply(template("one", "n"), seen=live)
    server.will(200, {})
    cluster.delete(REF, uid="u")
    path = "/apis/argoproj.io/v1alpha1/namespaces/n/workflowtemplates/one"
    flags = "?fieldManager=flyteops&fieldValidation=Strict"
    first, second, third = server.asked
    assert first == ("PATCH", path + flags, template("one", "n"))
    seen = {"uid": "u", "resourceVersion": "7"}
    assert second[2]["metadata"] == {**template("one", "n")["metadata"], **seen}
    assert third == ("DELETE", path, {"preconditions": {"uid": "u"}, "propagationPolicy": "Background"})


@pytest.mark.parametrize(
    ("status", "details", "expected"),
    [
        (401, {}, "unauthenticated"),
        (403, {}, "forbidden"),
        (403, {"causes": [{"reason": "NamespaceTerminating"}]}, "terminating"),
        (404, {}, "absent"),
        (409, {}, "stale"),
        (422, {}, "invalid"),
        (413, {}, "invalid"),
    ],
)
def test_every_refusal_has_its_name(cluster, server, status, details, expected):
    server.will(status, {"message": "words", "details": details})
    assert reason(lambda: cluster.apply(template("one", "n"), seen=None)) == (expected, "words")


def test_a_conflict_names_who_owns_what(cluster, server):
    causes = [
        {"reason": "FieldManagerConflict", "message": 'conflict with "b" using v1', "field": ".spec.y"},
        {"reason": "FieldManagerConflict", "message": 'conflict with "a"', "field": ".spec.x"},
    ]
    server.will(409, {"message": "words", "details": {"causes": causes}})
    with pytest.raises(ClusterFailed) as failed:
        cluster.dry_run(template("one", "n"))
    assert (failed.value.reason, failed.value.owners) == ("conflict", ("a: .spec.x", "b: .spec.y"))


def test_no_token_is_in_any_message(cluster, server):
    server.will(500, {"message": "boom"})
    assert "secret-token" not in " ".join(reason(lambda: cluster.apply(template("one", "n"), seen=None)))


@pytest.mark.parametrize("name", ["a/b", "..", "a?b", "a%2fb", ""])
def test_a_name_never_leaves_its_part_of_the_path(cluster, server, name):
    with pytest.raises(ValueError, match="is no part of a path"):
        cluster.get(ObjectRef(api_version=API, kind=KIND, namespace="n", name=name))
    assert server.asked == []

"""A Kubernetes cluster through the official client: the one door to it, and no verb that the port does not name."""

from __future__ import annotations

import json
import logging
import re
import ssl
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flyteops.adapters.cluster_answers import Answer, failure, retry_after_s
from flyteops.model.digest import JsonObject
from flyteops.model.errors import OutsideFailed
from flyteops.model.state import ObjectRef
from flyteops.ports.cluster import FIELD_MANAGER, ClusterFailed, ClusterIdentity, Live

if TYPE_CHECKING:
    from kubernetes.client import ApiClient
    from urllib3 import BaseHTTPResponse

CONNECT_S, ANSWER_S = 5.0, 20.0
"""No call waits longer, and an apply's lease outlives one call."""
MOST_BYTES = 64 << 20
"""No page of 500 objects is larger: an object has at most 1.5 MiB, and ours have some kilobytes."""
PAGE = 500
TRIES = 5
"""How often a server that says it is busy is asked again."""
LONGEST_WAIT_S = 10.0
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class KubernetesCluster:
    """The cluster of a context (None: the current one) of `kubeconfig` (paths joined by `:`; None: ~/.kube/config, or
    the pod's own account inside a cluster)."""

    def __init__(
        self, *, kubeconfig: str | None, context: str | None, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._kubeconfig = kubeconfig
        self._context = context
        self._wait = wait
        self._connected: ApiClient | None = None

    # ------------------------------------------------------------------------------------------- reading

    def identity(self) -> ClusterIdentity:
        """The uid of the namespace kube-system, which a cluster keeps for life."""
        found = self._ask("GET", "/api/v1/namespaces/kube-system")
        metadata: Mapping[str, Any] = found.body.get("metadata", {})
        if found.status != 200 or not metadata.get("uid"):
            raise failure(found, mutating=False)
        return ClusterIdentity(id=str(metadata["uid"]), server=str(self._client().configuration.host))

    def lacks(self, namespace: str, kinds: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
        """The namespace, and the kinds that discovery does not list."""
        missing = []
        found = self._ask("GET", f"/api/v1/namespaces/{_part(namespace)}")
        if found.status == 404:
            missing.append(f"namespace {namespace}")
        elif found.status not in (200, 403):
            # Who may apply in a namespace need not be allowed to read the namespace: the dry run tells.
            raise failure(found, mutating=False)
        elif found.body.get("metadata", {}).get("deletionTimestamp"):
            raise ClusterFailed("terminating", f"namespace {namespace} is being deleted")
        for version in sorted({version for version, _ in kinds}):
            served = self._served(version)
            missing += [f"{kind} ({version})" for each, kind in kinds if each == version and kind not in served]
        return tuple(missing)

    def _served(self, api_version: str) -> frozenset[str]:
        found = self._ask("GET", _root(api_version))
        if found.status == 404:
            return frozenset()
        if found.status != 200:
            raise failure(found, mutating=False)
        return frozenset(str(each["kind"]) for each in found.body.get("resources", ()) if "/" not in each["name"])

    def get(self, ref: ObjectRef) -> Live | None:
        """The newest state: no cached one is asked for."""
        found = self._ask("GET", _path(ref))
        if found.status == 404:
            return None
        if found.status != 200:
            raise failure(found, mutating=False)
        return Live(ref=ref, body=found.body)

    def list(self, api_version: str, kind: str, namespace: str, *, selector: str) -> tuple[Live, ...]:
        """All pages of one list; a page that does not come, or a list that ends early, is `partial`."""
        path = _folder(api_version, kind, namespace)
        found: dict[str, Live] = {}
        token = ""
        while True:
            query = [("labelSelector", selector), ("limit", str(PAGE))] + ([("continue", token)] if token else [])
            page = self._ask("GET", path, query=query)
            if page.status == 410 or (page.status != 200 and token):
                raise ClusterFailed("partial", f"a later page of {kind} did not come: {page.message}")
            if page.status != 200:
                raise failure(page, mutating=False)
            items, metadata = page.body.get("items"), page.body.get("metadata")
            if not isinstance(items, list) or not isinstance(metadata, dict) or not metadata.get("resourceVersion"):
                raise ClusterFailed("partial", f"the answer to a list of {kind} is no list")
            for item in items:
                named = {"apiVersion": api_version, "kind": kind, **item}
                ref = ObjectRef(
                    api_version=api_version, kind=kind, namespace=namespace, name=str(item["metadata"]["name"])
                )
                found[ref.name] = Live(ref=ref, body=named)
            following = str(metadata.get("continue") or "")
            if not following and metadata.get("remainingItemCount"):
                raise ClusterFailed("partial", f"the list of {kind} ends early")
            if not following:
                return tuple(found[name] for name in sorted(found))
            if following == token:
                raise ClusterFailed("partial", f"the list of {kind} does not go on")
            token = following

    # ------------------------------------------------------------------------------------------- writing

    def apply(self, body: JsonObject, *, seen: Live | None) -> Live:
        """PATCH with our field manager; uid and version seen travel with it, so that the server compares them."""
        if seen is not None:
            metadata = body["metadata"]
            named = dict(metadata) if isinstance(metadata, Mapping) else {}
            body = {**body, "metadata": {**named, "uid": seen.uid, "resourceVersion": seen.resource_version}}
        return self._patch(body, dry=False)

    def dry_run(self, body: JsonObject) -> None:
        """The same with dryRun=All: admission, schema and conflicts are told, nothing is kept."""
        self._patch(body, dry=True)

    def _patch(self, body: JsonObject, *, dry: bool) -> Live:
        ref = _ref(body)
        query = [("fieldManager", FIELD_MANAGER), ("fieldValidation", "Strict")]
        query += [("dryRun", "All")] if dry else []
        found = self._ask("PATCH", _path(ref), query=query, body=body, kind="application/apply-patch+yaml")
        if found.status not in (200, 201):
            raise failure(found, mutating=not dry)
        return Live(ref=ref, body=found.body)

    def delete(self, ref: ObjectRef, *, uid: str) -> None:
        """DELETE with the uid as precondition; dependents go after it."""
        options: JsonObject = {"preconditions": {"uid": uid}, "propagationPolicy": "Background"}
        found = self._ask("DELETE", _path(ref), body=options, kind="application/json")
        if found.status not in (200, 202, 404):
            raise failure(found, mutating=True)

    # ------------------------------------------------------------------------------------------- the wire

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: list[tuple[str, str]] | None = None,  # type: ignore[valid-type]
        body: JsonObject | None = None,
        kind: str = "",
    ) -> Answer:
        """One request; a busy server is asked again as late as it says, a read that was cut off once more."""
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                answer = self._send(method, path, query=query or [], body=body, kind=kind)
            except ClusterFailed as failed:
                if last or method != "GET" or failed.reason not in ("unreachable", "unknown"):
                    raise
                self._wait(0.1 * 2**attempt)
                continue
            pause = retry_after_s(answer, attempt)
            if pause is None or last or pause > LONGEST_WAIT_S:
                return answer
            self._wait(pause)
        raise AssertionError("the last try answers or raises")

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: list[tuple[str, str]],  # type: ignore[valid-type]
        body: JsonObject | None,
        kind: str,
    ) -> Answer:
        from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

        client = self._client()
        headers = {"Accept": "application/json"} | ({"Content-Type": kind} if kind else {})
        request = client.param_serialize(
            method, path, query_params=query, header_params=headers, body=body, auth_settings=["BearerToken"]
        )
        try:
            response = client.call_api(*request, _request_timeout=(CONNECT_S, ANSWER_S))
            text = _whole(response.response)
        except (NewConnectionError, ConnectTimeoutError, SSLError, ssl.SSLError) as error:
            raise ClusterFailed("unreachable", f"{client.configuration.host}: {_plain(error)}") from error
        except (HTTPError, OSError) as error:
            # The request may have arrived: only looking tells.
            raise ClusterFailed("unknown", f"{client.configuration.host}: {_plain(error)}") from error
        try:
            decoded = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            decoded = {}
        return Answer(
            status=response.status,
            body=decoded if isinstance(decoded, dict) else {},
            retry_after=response.getheader("Retry-After") or "",
        )

    def _client(self) -> ApiClient:
        if self._connected is None:
            self._connected = _connect(self._kubeconfig, self._context)
        return self._connected


def _whole(response: BaseHTTPResponse) -> bytes:
    """The body of an answer. The client's own bound is on silence: a server that sends a byte now and then, or without
    end, would hold us for ever."""
    from urllib3.exceptions import HTTPError

    until, parts, size = time.monotonic() + ANSWER_S, [], 0
    try:
        while part := response.read1(1 << 16):
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise HTTPError(f"an answer of more than {MOST_BYTES >> 20} MiB")
            if time.monotonic() > until:
                raise HTTPError(f"an answer that was not over after {ANSWER_S:g} s")
        left = response.length_remaining
        if left:
            raise HTTPError(f"an answer that was cut: {left} bytes are missing")
        response.release_conn()
    except BaseException:
        response.close()
        raise
    return b"".join(parts)


class _Complaints(logging.Handler):
    """The client only logs that a credential plugin failed, and goes on as nobody: here that is an error."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def _connect(kubeconfig: str | None, context: str | None) -> ApiClient:
    try:
        from kubernetes import config
        from kubernetes.client import ApiClient, Configuration
        from kubernetes.config import ConfigException
    except ImportError as error:
        raise OutsideFailed(
            "cluster",
            f"the client of Kubernetes is not installed ({error.name})",
            retryable=False,
            way_out='install it with the tool: `uv tool install "flyteops[cluster]"`',
        ) from error
    configuration = Configuration()
    complaints = _Complaints()
    root = logging.getLogger()
    root.addHandler(complaints)
    try:
        try:
            config.load_kube_config(
                config_file=kubeconfig or "~/.kube/config",
                context=context,
                client_configuration=configuration,
                persist_config=False,
            )
        except ConfigException:
            if context is not None or kubeconfig is not None:
                raise
            config.load_incluster_config(client_configuration=configuration)
    except (ConfigException, OSError) as error:
        raise OutsideFailed(
            "cluster",
            f"no access to a cluster was found: {_plain(error)}",
            retryable=False,
            way_out="set KUBECONFIG, or name a context of it under `cluster:` in flyteops.yaml",
        ) from error
    finally:
        root.removeHandler(complaints)
    if complaints.said:
        raise OutsideFailed(
            "cluster",
            f"the credential plugin of the kubeconfig failed: {'; '.join(complaints.said)}",
            retryable=False,
            way_out="log in again, or run the plugin's command by hand to see what it says",
        )
    configuration.retries = False
    return ApiClient(configuration)


def _ref(body: JsonObject) -> ObjectRef:
    metadata = body["metadata"]
    if not isinstance(metadata, Mapping):
        raise TypeError("an object has no metadata")
    return ObjectRef(
        api_version=str(body["apiVersion"]),
        kind=str(body["kind"]),
        namespace=str(metadata.get("namespace", "")),
        name=str(metadata["name"]),
    )


def _path(ref: ObjectRef) -> str:
    return f"{_folder(ref.api_version, ref.kind, ref.namespace)}/{_part(ref.name)}"


def _folder(api_version: str, kind: str, namespace: str) -> str:
    inside = f"/namespaces/{_part(namespace)}" if namespace else ""
    return f"{_root(api_version)}{inside}/{_part(kind.lower())}s"


def _root(api_version: str) -> str:
    group, slash, version = api_version.partition("/")
    return f"/apis/{_part(group)}/{_part(version)}" if slash else f"/api/{_part(group)}"


def _part(text: str) -> str:
    if not _SAFE.fullmatch(text):
        raise ValueError(f"{text!r} is no part of a path of the API")
    return text


def _plain(error: BaseException) -> str:
    """What went wrong in few words: the client's texts name objects of Python."""
    reason = getattr(error, "reason", None) or error
    return re.sub(r"<[^>]*>:? ?", "", str(reason)) or type(error).__name__

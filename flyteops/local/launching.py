"""Before the first step: inputs checked and stored, files taken in by content, every literal file of git too."""

from __future__ import annotations

import os
import re
import tempfile

from flyteops.local.remote import SCHEMES, fetch_remote
from flyteops.local.requests import RunRequest
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.model.errors import InvalidProject
from flyteops.model.literals import Literal
from flyteops.model.types import type_wire
from flyteops.ports.store import BlobStore, StoreFailed
from flyteops.runtime.converting import convert, each_blob, holds_blob
from flyteops.runtime.directories import keep_directory
from flyteops.runtime.endings import Mismatch
from flyteops.runtime.files import keep_path
from flyteops.runtime.session import parsed
from flyteops.runtime.stored import inlined, keep_literal

_EXECUTION = re.compile(r"[a-z][a-z0-9-]{0,62}")


class Intake:
    """Takes literals into the store; collects every fault and raises them together."""

    def __init__(self, store: BlobStore, root: str) -> None:
        self._store = store
        self._root = root
        self.faults: list[Diagnostic] = []

    def value(self, value: Json, of: Json, *, label: str) -> Json:
        """The wire value with each file stored by content."""
        if not holds_blob(of):
            return value
        return each_blob(value, of, lambda blob, kind: self._blob(blob, kind, label))

    def _blob(self, blob: dict[str, Json], kind: str, label: str) -> Json:
        uri = str(blob["uri"])
        # A path of the repository may carry the digest it had when it was planned; what runs is what lies there now.
        if isinstance(blob.get("sha256"), str) and "://" in uri:
            return blob
        if "://" in uri and not uri.startswith("file://"):
            return self._remote(blob, uri, kind, label)
        path = self._local_path(uri)
        wanted, there = ("folder", os.path.isdir) if kind == "directory" else ("file", os.path.isfile)
        if not there(path):
            other = "a file" if os.path.isfile(path) else "a folder"  # noqa: PTH113
            self._fault(
                "FO601",
                f"{label}: the {wanted} {uri} is {other if os.path.lexists(path) else 'not there'}",
                f"it was looked for at {path}; a relative path starts at the project's folder",
            )
            return blob
        return self._kept(path, kind, str(blob.get("format") or ""), label)

    def _kept(self, path: str, kind: str, form: str, label: str) -> Json:
        try:
            keep = keep_directory if kind == "directory" else keep_path
            kept = keep(self._store, path, form)
        except Mismatch as found:
            self._fault("FO601", f"{label}: {found.message}", "a folder holds files and folders, nothing else")
            return {}
        return kept["$blob"] if isinstance(kept, dict) else kept

    def _fault(self, code: str, message: str, way_out: str) -> None:
        self.faults.append(Diagnostic(code=code, message=message, place=None, help=way_out))

    def _local_path(self, uri: str) -> str:
        if uri.startswith("file://"):
            from urllib.parse import unquote

            return unquote(uri[len("file://") :])
        return os.path.join(self._root, uri)  # noqa: PTH118

    def _remote(self, blob: dict[str, Json], uri: str, kind: str, label: str) -> Json:
        scheme = uri.partition("://")[0]
        if scheme not in SCHEMES:
            way_out = "an address begins with s3://, gs:// or az://; fetch anything else first and give its path"
            self._fault("FO606", f"{label}: files at {scheme}:// are not read", way_out)
            return blob
        with tempfile.TemporaryDirectory(prefix="flyteops-") as folder:
            try:
                path = fetch_remote(uri, kind, folder)
            except (StoreFailed, ValueError) as failed:
                self._fault(
                    "FO606", f"{label}: {uri} cannot be read: {failed}", "check the address and the credentials"
                )
                return blob
            return self._kept(path, kind, str(blob.get("format") or ""), label)

    def check(self) -> None:
        """Raises `InvalidProject` with all that was found."""
        if self.faults:
            raise InvalidProject(self.faults)


def check_execution(execution: str) -> None:
    """A run's name is part of paths in the store and in folders."""
    if not _EXECUTION.fullmatch(execution):
        raise InvalidProject(
            [
                Diagnostic(
                    code="FO605",
                    message=f"{execution!r} is no name of an execution",
                    place=None,
                    help="a lower-case letter, then at most 62 lower-case letters, digits and dashes",
                )
            ]
        )


def store_inputs(request: RunRequest, store: BlobStore, execution: str, intake: Intake) -> None:
    """Writes `inputs.json` create-only; a run that is continued must be given the same inputs."""
    documents = _documents(request, store, intake)
    intake.check()
    key = f"runs/{execution}/inputs.json"
    if store.create(key, canonical(documents)):
        return
    before = parsed(store.get(key) or b"")
    if before is None or not _same(before, documents):
        raise InvalidProject(
            [
                Diagnostic(
                    code="FO602",
                    message=f"the execution {execution} was started with other inputs",
                    place=None,
                    help="continue it with the same inputs, or leave the name out to start a new one",
                )
            ]
        )


def _same(before: JsonObject, now: JsonObject) -> bool:
    def digests(documents: JsonObject) -> dict[str, Json]:
        return {name: each.get("digest") for name, each in documents.items() if isinstance(each, dict)}

    return digests(before) == digests(now)


def _documents(request: RunRequest, store: BlobStore, intake: Intake) -> JsonObject:
    """The inputs' documents: what is given, and the known defaults of the rest."""
    wanted = {variable.name: variable for variable in request.graph.inputs}
    for name in request.inputs:
        if name not in wanted:
            known = ", ".join(wanted) or "none"
            intake.faults.append(
                Diagnostic(code="FO604", message=f"there is no input {name!r}", place=None, help=f"inputs: {known}")
            )
    documents: JsonObject = {}
    for name, variable in wanted.items():
        given = request.inputs.get(name, variable.default)
        if given is None:
            if variable.required:
                intake.faults.append(
                    Diagnostic(
                        code="FO603",
                        message=f"the input {name!r} was not given and has no default",
                        place=None,
                        help=f"give it with --input {name}=…",
                    )
                )
            continue
        of = type_wire(variable.type)
        value = _fitting(given, of, name, intake)
        documents[name] = keep_literal(store, of, intake.value(value, of, label=f"input {name}"))
    return documents


def _fitting(given: Literal, of: Json, name: str, intake: Intake) -> Json:
    try:
        return convert(given.value, type_wire(given.type), of)
    except Mismatch as found:
        intake.faults.append(
            Diagnostic(
                code="FO607",
                message=f"input {name}{found.at}: {found.message}",
                place=None,
                help="give a value of the input's type",
            )
        )
        return given.value


def with_files(invocation: Json, intake: Intake, *, label: str) -> Json:
    """The invocation with every literal file that git names taken into the store."""
    if isinstance(invocation, dict):
        if set(invocation) == {"value", "type"}:
            of = invocation["type"]
            return {"value": intake.value(invocation["value"], of, label=label), "type": of}
        return {key: with_files(each, intake, label=label) for key, each in invocation.items()}
    if isinstance(invocation, list):
        return [with_files(each, intake, label=label) for each in invocation]
    return invocation


def inlined_outputs(store: BlobStore, outputs: JsonObject) -> dict[str, JsonObject]:
    """Output documents with their values inside."""
    return {name: inlined(store, document) for name, document in outputs.items()}

"""What a task has around it, on its pod: secrets as references and read-only files, the template it is laid into."""

from __future__ import annotations

from typing import assert_never

from flyteops.argo.faults import Findings
from flyteops.argo.images import checked_reference
from flyteops.argo.names import object_name
from flyteops.model.digest import Json, JsonObject, digest_of
from flyteops.model.entities import Task
from flyteops.model.surroundings import ExternalSecret, KubernetesSecret, PodTemplate, SecretUse, SopsSecret

SECRETS_VOLUME = "flyteops-secrets"
CONTEXT_FOLDER = "/run/secrets/flyteops"
"""Where code that asks the context has its secrets as files, by name."""
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
OWNER_READS = 0o400
EXTERNAL_KEY = "value"
"""The key of the Secret that the External Secrets Operator is to write."""


def set_surroundings(body: JsonObject, task: Task, *, secured: JsonObject, found: Findings) -> None:
    """Secrets and pod template of a task, on the template of its pod; `secured` is every container's profile."""
    _set_secrets(body, task, found=found)
    if task.pod_template is not None:
        _Laid(body, task, task.pod_template, secured, found).lay()
    if task.actor is not None:
        found.note(
            f"task/{task.name} runs on the actor {task.actor.name}: each call is a pod of its own here, which is as "
            "warm as its own batch; replicas bound the pods of one map"
        )


# ------------------------------------------------------------------------------------------------ secrets


def _set_secrets(body: JsonObject, task: Task, *, found: Findings) -> None:
    container = _dict(body["container"])
    env = _list(container["env"])
    files: list[Json] = []
    mounts: list[Json] = []
    for index, use in enumerate(task.secrets):
        where = _where(use, task, found=found)
        if where is None:
            continue
        name, key = where
        if use.kind == "variable":
            reference: JsonObject = {"name": name, "key": key, "optional": False}
            env.append({"name": use.target, "valueFrom": {"secretKeyRef": reference}})
            continue
        path = f"context/{use.secret}" if use.kind == "context" else f"files/{index}"
        files.append({"secret": {"name": name, "items": [{"key": key, "path": path}], "optional": False}})
        place = CONTEXT_FOLDER if use.kind == "context" else use.target
        mount: JsonObject = {"name": SECRETS_VOLUME, "mountPath": place, "readOnly": True}
        mount["subPath"] = "context" if use.kind == "context" else path
        if mount not in mounts:
            mounts.append(mount)
    if files:
        projected: JsonObject = {"defaultMode": OWNER_READS, "sources": files}
        body["volumes"] = [*_list(body["volumes"]), {"name": SECRETS_VOLUME, "projected": projected}]
        container["volumeMounts"] = [*_list(container["volumeMounts"]), *mounts]


def _where(use: SecretUse, task: Task, *, found: Findings) -> tuple[str, str] | None:
    """Name and key of the Secret in the pods' namespace."""
    source = use.source
    match source:
        case KubernetesSecret():
            return source.name, source.key
        case ExternalSecret():
            # Named by where it comes from: two sources never meet in one Secret.
            digest = digest_of("flyteops.external-secret.v1", [source.store, source.key, source.property, source.scope])
            name = object_name(f"flyteops-{use.secret}", digest, longest=63, digits=8)
            found.note(_brought(use, source, name))
            return name, EXTERNAL_KEY
        case SopsSecret():
            found.refuse(
                "FO835",
                f'task/{task.name} uses the secret "{use.secret}", which is encrypted in the repository',
                at=(f"secret/{use.secret}", "sops"),
                label="reaches runs on this machine only",
                way_out="Declare it for the domains that have a cluster as kubernetes: or external:, in an overlay.",
            )
            return None
        case _:
            assert_never(source)


def _brought(use: SecretUse, source: ExternalSecret, name: str) -> str:
    kind = "SecretStore" if source.scope == "project" else "ClusterSecretStore"
    inside = f", property {source.property}" if source.property else ""
    every = f"{source.refresh_s:g}s" if source.refresh_s else "1h"
    return (
        f"secret {use.secret}: pods read the key {EXTERNAL_KEY} of the Secret {name}, which flyteops does not make: an "
        f"ExternalSecret with that target brings it ({kind} {source.store}, key {source.key}{inside}, every {every}); "
        "a pod does not start without it"
    )


# ------------------------------------------------------------------------------------------------ templates


class _Laid:
    """A pod template laid around one task."""

    def __init__(
        self, body: JsonObject, task: Task, template: PodTemplate, secured: JsonObject, found: Findings
    ) -> None:
        self.body = body
        self.at = (f"task/{task.name}", "pod_template")
        self.template = template
        self.secured = secured
        self.found = found
        self.spec = _dict(self._plain(template.spec))

    def lay(self) -> None:
        """Adds to the pod what the template says; what both say must be the same."""
        for container in map(_dict, _list(self.spec.get("containers", []))):
            if container["name"] == self.template.primary:
                self._add_to_own(container)
            else:
                self._extend("sidecars", self._beside(container))
                self._say_of_command(container)
        for container in map(_dict, _list(self.spec.get("initContainers", []))):
            self._extend("initContainers", self._beside(container))
        for volume in _list(self.spec.get("volumes", [])):
            self._extend("volumes", volume)
        for toleration in _list(self.spec.get("tolerations", [])):
            if toleration not in _list(self.body.get("tolerations", [])):
                self._extend("tolerations", toleration)
        self._selector()
        for field in ("hostAliases", "schedulerName"):
            if field in self.spec:
                self.body[field] = self.spec[field]
        if "affinity" in self.spec:
            self.body["affinity"] = self._affinity(_dict(self.spec["affinity"]))

    def _affinity(self, given: JsonObject) -> JsonObject:
        """The template's, and in each of its choices of hosts what the task itself needs: one choice is enough."""
        own = _dict(_dict(self.body.get("affinity", {})).get("nodeAffinity", {}))
        if not own:
            return given
        hosts = _dict(given.get("nodeAffinity", {}))
        needed = [each for term in _terms(own) for each in _list(term["matchExpressions"])]
        terms: list[Json] = [
            {"matchExpressions": [*_list(term["matchExpressions"]), *needed]} for term in _terms(hosts)
        ]
        required: JsonObject = {"nodeSelectorTerms": terms or [{"matchExpressions": needed}]}
        return {**given, "nodeAffinity": {**hosts, _REQUIRED: required}}

    def _beside(self, container: JsonObject) -> JsonObject:
        """A container that is not the task's: under the same profile, its image pinned or noted."""
        written = str(container["image"])
        image = checked_reference(written, name=written, at=self.at, found=self.found)
        return {**container, "image": image, "securityContext": self.secured}

    def _say_of_command(self, container: JsonObject) -> None:
        # Argo starts every container through a program of its own, and so must know what the image would start.
        if "command" not in container:
            self.found.note(
                f"the container {container['name']} of the pod template {self.template.name} has no command: Argo's "
                "controller reads that of the image, and no pod is made where it cannot reach the image's registry"
            )

    def _add_to_own(self, added: JsonObject) -> None:
        container = _dict(self.body["container"])
        for field in ("env", "envFrom", "volumeMounts"):
            if field in added:
                container[field] = [*_list(container.get(field, [])), *_list(added[field])]
        places = [str(_dict(each)["mountPath"]) for each in _list(container["volumeMounts"])]
        for place in sorted({each for each in places if places.count(each) > 1}):
            self._clash(f"two volumes would be seen at {place}")

    def _selector(self) -> None:
        own = _dict(self.body.get("nodeSelector", {}))
        given = _dict(self.spec.get("nodeSelector", {}))
        for key in sorted(own.keys() & given.keys()):
            if own[key] != given[key]:
                self._clash(f"the label {key} of the host is {own[key]} by the task, {given[key]} by the template")
        if given:
            self.body["nodeSelector"] = dict(sorted({**given, **own}.items()))

    def _clash(self, what: str) -> None:
        self.found.refuse(
            "FO836",
            f"the pod template {self.template.name} does not fit {self.at[0]}: {what}",
            at=self.at,
            label=f"the template, laid around {self.at[0]}",
            way_out="Say it in one of the two places.",
        )

    def _extend(self, field: str, item: Json) -> None:
        self.body[field] = [*_list(self.body.get(field, [])), item]

    def _plain(self, value: Json) -> Json:
        """The document, with every text refused that the engine would read as its own."""
        if isinstance(value, dict):
            return {self._word(key): self._plain(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._plain(each) for each in value]
        return self._word(value) if isinstance(value, str) else value

    def _word(self, text: str) -> str:
        return self.found.plain(text, at=self.at, what=f"the pod template {self.template.name}")


def _terms(affinity: JsonObject) -> list[JsonObject]:
    required = _dict(affinity.get(_REQUIRED, {}))
    return [_dict(each) for each in _list(required.get("nodeSelectorTerms", []))]


def _dict(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError(f"a map of the pod is {type(value).__name__}")
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(f"a list of the pod is {type(value).__name__}")
    return value

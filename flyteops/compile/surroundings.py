"""Secrets, pod templates and actors: looked up by name and laid open into the tasks that use them."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict
from dataclasses import replace
from typing import Literal as OneOf
from typing import Protocol, TypeVar, cast

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import flag_in, int_of, map_in, pairs_in, place_in, text_in, with_field
from flyteops.compile.layers import Declared, Layers
from flyteops.compile.pod_templates import lower_template, primary_variables
from flyteops.compile.whole import is_whole
from flyteops.model.diagnostics import Diagnostic, Place, Related
from flyteops.model.digest import sha256_hex
from flyteops.model.entities import Task
from flyteops.model.surroundings import (
    ActorUse,
    ExternalSecret,
    KubernetesSecret,
    PodTemplate,
    SecretSource,
    SecretUse,
    SopsSecret,
    WarmFunction,
)
from flyteops.model.works import FunctionRef
from flyteops.source.python import Signature
from flyteops.source.quantities import duration_s
from flyteops.source.tree import Entry, Mapping, Scalar, Sequence, TreeNode

_T = TypeVar("_T", PodTemplate, ActorUse)
LAID_OPEN = ("image", "resources")
"""What a task takes from its actor: an actor's workers are pods of one shape."""


class _Signatures(Protocol):
    def signature(self, function: FunctionRef, at: Place) -> Signature | tuple[Diagnostic, ...]: ...


class Surroundings:
    """The declared secrets, pod templates and actors of a domain, each lowered once whether it is used or not."""

    def __init__(
        self, layers: Layers, python: _Signatures, faults: Faults, *, read: Callable[[str], bytes | None]
    ) -> None:
        self._actors = layers.section("actors")
        self._layers = layers
        self._faults = faults
        self.secrets = {
            name: _source(each, read, faults) if is_whole(each, faults=faults) else None
            for name, each in layers.section("secrets").items()
        }
        self.templates = {
            name: lower_template(name, each.body, faults=faults) if each.sound else None
            for name, each in layers.section("pod_templates").items()
        }
        self.actors = {name: _actor(each, python, faults) for name, each in self._actors.items()}

    # ------------------------------------------------------------------------------------------- actors

    def with_actor(self, declared: Declared) -> Declared:
        """The task's declaration with image and resources of the actor it names; a default gives way to them."""
        named = declared.body.get("actor")
        actor = self._actors.get(named.text) if isinstance(named, Scalar) else None
        if actor is None or not isinstance(named, Scalar):
            return declared
        body = declared.body
        for field in LAID_OPEN:
            key, given = actor.body.key(field), actor.body.get(field)
            if field in declared.own and body.get(field) is not None:
                self._refuse_own(body, field, named, actor)
            elif key is not None and given is not None:
                body = with_field(body, key, given)
        return replace(declared, body=body)

    def _refuse_own(self, body: Mapping, field: str, named: Scalar, actor: Declared) -> None:
        key = body.key(field)
        self._faults.add(
            "FO368",
            f'the task has its own {field}, and runs on the actor "{named.text}"',
            at=key.place if key else body.place,
            label="the workers of an actor are all of one shape",
            help=f"write {field}: at the actor, or take actor: away",
            related=(Related(place=actor.place, label="the actor"),),
        )

    def check_overrides(self, task: Task, overrides: Mapping) -> None:
        """Refuses what a node may not override: the shape of an actor's workers, a variable that shows a secret."""
        for field in LAID_OPEN if task.actor is not None else ():
            key = overrides.key(field)
            if key is not None and task.actor is not None:
                self._faults.add(
                    "FO368",
                    f'the node overrides {field}, and its task runs on the actor "{task.actor.name}"',
                    at=key.place,
                    label="the workers of an actor are all of one shape",
                    help="take it away here, or give the node a task without the actor",
                )
        self._refuse_twice(overrides, task.secrets, task.pod_template, None)

    # -------------------------------------------------------------------------------------------- tasks

    def around(self, task: Task, body: Mapping) -> Task:
        """The task with what its options name."""
        secrets = self.secrets_of(body)
        template = self._template_of(task.name, body)
        self._refuse_twice(body, secrets, template, body.key("secrets"))
        return replace(
            task,
            secrets=secrets,
            pod_template=template,
            actor=self._named(body, "actor", self.actors, code="FO367", kinds="actors"),
            deck=flag_in(body, "deck") is True,
            checkpoint=flag_in(body, "checkpoint") is True,
            batch=int_of(body.get("batch")),
        )

    def opened(self, body: Mapping) -> Mapping:
        """The task's body with what it names laid open: where each value of a secret's source, a template or an actor
        was written."""
        for field, section in (("pod_template", "pod_templates"), ("actor", "actors")):
            name, key = body.get(field), body.key(field)
            declared = self._layers.section(section).get(name.text) if isinstance(name, Scalar) else None
            if key is not None and declared is not None:
                body = with_field(body, key, declared.body)
        key, secrets = body.key("secrets"), map_in(body, "secrets")
        if key is None or secrets is None:
            return body
        for entry in secrets.entries:
            named = entry.value.get("secret") if isinstance(entry.value, Mapping) else entry.value
            declared = self._layers.section("secrets").get(named.text) if isinstance(named, Scalar) else None
            if declared is not None:
                source = Entry(key=Scalar(text="from", style="plain", place=declared.place), value=declared.body)
                laid = Mapping(entries=(source,), place=entry.value.place)
                secrets = with_field(secrets, entry.key, laid)
        return with_field(body, key, secrets)

    def _template_of(self, owner: str, body: Mapping) -> PodTemplate | None:
        written = map_in(body, "pod_template")
        if written is not None:
            return lower_template(owner, written, faults=self._faults)
        return self._named(body, "pod_template", self.templates, code="FO364", kinds="pod templates")

    def _named(self, body: Mapping, field: str, known: Dict[str, _T | None], *, code: str, kinds: str) -> _T | None:
        name = body.get(field)
        if not isinstance(name, Scalar):
            return None
        if name.text not in known:
            what = kinds.removesuffix("s")
            self._faults.add(
                code, f'there is no {what} "{name.text}"', at=name.place, help=suggestion(name.text, known, kinds=kinds)
            )
        return known.get(name.text)

    # ------------------------------------------------------------------------------------------ secrets

    def secrets_of(self, body: Mapping) -> tuple[SecretUse, ...]:
        """What the field `secrets` of a body names; what is not declared is told."""
        node = body.get("secrets")
        if isinstance(node, Sequence):
            found = [self._use(item, "context", "") for item in node.items if isinstance(item, Scalar)]
        elif isinstance(node, Mapping):
            found = [self._shown(entry.key, entry.value) for entry in node.entries]
        else:
            return ()
        known = {(each.target or each.secret): each for each in found if each is not None}
        return tuple(known[name] for name in sorted(known))

    def _shown(self, target: Scalar, node: TreeNode) -> SecretUse | None:
        kind: OneOf["variable", "file"] = "file" if target.text.startswith("/") else "variable"
        if isinstance(node, Mapping):
            said = node.get("as")
            if isinstance(said, Scalar) and said.text != kind:
                wanted = "a file has an absolute path" if said.text == "file" else "a variable has a plain name"
                self._faults.add(
                    "FO363",
                    f'"{target.text}" cannot show a secret as a {said.text}',
                    at=said.place,
                    label=wanted,
                    help=f"write as: {kind}, or give the {said.text} its own key",
                )
                return None
            node = node.get("secret") or node
        return self._use(node, kind, target.text) if isinstance(node, Scalar) else None

    def _use(self, name: Scalar, kind: OneOf["variable", "file", "context"], target: str) -> SecretUse | None:
        source = self.secret(name)
        return SecretUse(secret=name.text, kind=kind, target=target, source=source) if source else None

    def secret(self, name: Scalar) -> SecretSource | None:
        """Where a declared secret comes from; one that is not declared is told."""
        if name.text not in self.secrets:
            self._faults.add(
                "FO360",
                f'there is no secret "{name.text}"',
                at=name.place,
                help=suggestion(name.text, self.secrets, kinds="secrets")
                if self.secrets
                else f"declare it: secrets: {{{name.text}: {{kubernetes: {{name: …, key: …}}}}}}",
            )
        return self.secrets.get(name.text)

    def _refuse_twice(
        self, body: Mapping, secrets: tuple[SecretUse, ...], template: PodTemplate | None, at: Scalar | None
    ) -> None:
        """A variable has one giver: env, a secret, or the pod template."""
        env = map_in(body, "env")
        shown = {each.target for each in secrets if each.kind == "variable"}
        theirs = primary_variables(template)
        for name, _ in pairs_in(body, "env"):
            key = env.key(name) if env is not None else None
            if key is not None and (name in shown or name in theirs):
                other = "a secret" if name in shown else "the pod template"
                self._twice(name, key.place, f"env and {other}")
        for name in sorted(shown & theirs):
            self._twice(name, at.place if at else body.place, "a secret and the pod template")

    def _twice(self, name: str, at: Place, givers: str) -> None:
        self._faults.add(
            "FO361",
            f'the variable "{name}" is given by {givers}',
            at=at,
            label="one of the two would be lost",
            help="keep one of them",
        )


def _source(declared: Declared, read: Callable[[str], bytes | None], faults: Faults) -> SecretSource | None:
    body = declared.body
    for kind in ("kubernetes", "external", "sops"):
        given = map_in(body, kind)
        if given is None:
            continue
        texts = {name: text_in(given, name) or "" for name in ("name", "key", "store", "property", "file")}
        if kind == "kubernetes":
            return KubernetesSecret(name=texts["name"], key=texts["key"])
        if kind == "sops":
            sha256 = _ciphertext(declared.name, given, texts["file"], read, faults)
            return SopsSecret(file=texts["file"], key=texts["key"], sha256=sha256)
        refresh = text_in(given, "refresh")
        return ExternalSecret(
            store=texts["store"],
            key=texts["key"],
            property=texts["property"],
            refresh_s=duration_s(refresh) if refresh else None,
            scope=cast("OneOf['project', 'domain', 'organization']", text_in(body, "scope") or "project"),
        )
    return None


def _ciphertext(name: str, given: Mapping, path: str, read: Callable[[str], bytes | None], faults: Faults) -> str:
    """The digest of an encrypted file, so that a plan sees a rotation; what is no such file is told."""
    data = read(path)
    if data is not None and b"sops" in data and b"ENC[" in data:
        return sha256_hex(data)
    what = "is not in the repository" if data is None else "is not encrypted by sops"
    faults.add(
        "FO374",
        f'the file {path} of the secret "{name}" {what}',
        at=place_in(given, "file"),
        label="looked for here" if data is None else "holds no value in sops' form ENC[…]",
        help=f"make it with: sops edit {path}",
    )
    return ""


def _actor(declared: Declared, python: _Signatures, faults: Faults) -> ActorUse | None:
    body = declared.body
    idle = text_in(body, "idle")
    listed = body.get("warm")
    items = listed.items if isinstance(listed, Sequence) else ()
    warm = [_warm(item, python, faults) for item in items if isinstance(item, Scalar)]
    return ActorUse(
        name=declared.name,
        replicas=int_of(body.get("replicas")) or 1,
        idle_s=duration_s(idle) if idle else None,
        warm=tuple(each for each in warm if each is not None),
    )


def _warm(written: Scalar, python: _Signatures, faults: Faults) -> WarmFunction | None:
    module, _, name = written.text.partition(":")
    signature = python.signature(FunctionRef(module=module, name=name), written.place)
    if isinstance(signature, tuple):
        faults.found.extend(signature)
        return None
    needed = [each.name for each in signature.parameters if each.required]
    if needed:
        faults.add(
            "FO369",
            f'the warm function "{written.text}" needs {", ".join(needed)}',
            at=written.place,
            label="a worker calls it without arguments, before its first task",
            help="give the parameters defaults, or name a function without any",
            related=(Related(place=signature.place, label="defined here"),) if signature.place else (),
        )
        return None
    return WarmFunction(function=signature.function, code=signature.code)

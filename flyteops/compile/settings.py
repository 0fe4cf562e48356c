"""Settings of tasks and overrides of nodes: profiles laid open, then lowered to TaskSettings."""

from __future__ import annotations

from collections.abc import Mapping as Dict

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import (
    flag_in,
    int_of,
    map_in,
    number_of,
    pairs_in,
    place_in,
    text_in,
    text_of,
    texts_in,
    with_field,
    without,
    written_together,
)
from flyteops.compile.layers import Declared, lay_over
from flyteops.model.entities import (
    Amount,
    Backoff,
    CachePolicy,
    Image,
    Resources,
    Retries,
    TaskSettings,
    Timeout,
    Toleration,
)
from flyteops.source.quantities import duration_s, quantity_nano
from flyteops.source.scalars import core_value, is_null
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode

SETTINGS = ("resources", "image", "retries", "timeout", "interruptible", "cache", "env")
"""The fields of a task that become its settings."""


class Profiles:
    """The named resources and images of a domain; lowers settings that use them."""

    def __init__(
        self,
        resources: Dict[str, Declared],
        images: Dict[str, Declared],
        *,
        default_image: str | None,
        digests: Dict[str, str],
    ) -> None:
        self.resources = resources
        self.images = images
        self.digests = digests
        self.default_image = default_image
        self._known: dict[str, Resources] = {}
        self._default: Image | None = None

    def expand(self, body: Mapping, *, faults: Faults) -> Mapping:
        """The body with profiles laid open: `resources` and `image` say every field themselves."""
        resources = body.get("resources")
        if resources is not None and not is_null(resources):
            body = self._open(body, "resources", resources, self.resources, faults)
        image = body.get("image")
        if isinstance(image, Mapping) or (isinstance(image, Scalar) and image.text in self.images):
            body = self._open(body, "image", image, self.images, faults)
        return body

    def _open(self, body: Mapping, field: str, value: TreeNode, known: Dict[str, Declared], faults: Faults) -> Mapping:
        key = body.key(field)
        like = value if isinstance(value, Scalar) else value.get("like") if isinstance(value, Mapping) else None
        if key is None or not isinstance(like, Scalar) or is_null(like):
            return body
        profile = known.get(like.text)
        if profile is None:
            if field == "image":
                return body
            faults.add(
                "FO261",
                f'there is no resources profile "{like.text}"',
                at=like.place,
                help=suggestion(like.text, known, kinds="profiles"),
            )
            return without(body, field)
        if isinstance(value, Mapping):
            return with_field(body, key, lay_over(profile.body, without(value, "like"), faults=faults))
        return with_field(body, key, profile.body)

    def lower(self, body: Mapping, *, written: Mapping, owner: str, faults: Faults, sound: bool = True) -> TaskSettings:
        """Settings of an expanded body; `written` is the body before, where an image still has its name."""
        interruptible = flag_in(body, "interruptible")
        return TaskSettings(
            resources=self._resources(body, written, faults, sound),
            image=self._image(body, written, owner, faults),
            retries=_retries(body),
            timeout=_timeout(body),
            interruptible=interruptible is True,
            cache=_cache(body),
            env=pairs_in(body, "env"),
        )

    # ------------------------------------------------------------------------------------------ resources

    def _resources(self, body: Mapping, written: Mapping, faults: Faults, sound: bool) -> Resources:
        given = map_in(body, "resources")
        if given is None:
            return _NO_RESOURCES
        name = text_in(written, "resources")
        if name is not None:
            if name not in self._known:
                # Its faults were told when every profile was looked at.
                self._known[name] = lower_resources(given, faults=Faults())
            return self._known[name]
        return lower_resources(given, faults=faults, sound=sound)

    # --------------------------------------------------------------------------------------------- images

    def _image(self, body: Mapping, written: Mapping, owner: str, faults: Faults) -> Image | None:
        node = body.get("image")
        if node is None or is_null(node):
            return self._by_default()
        if isinstance(node, Mapping):
            plain = text_in(written, "image")
            like = written.get("image")
            named = plain or (text_in(like, "like") if isinstance(like, Mapping) and len(like.entries) == 1 else None)
            return self._built(node, named or owner)
        text = text_of(node) or ""
        if not _is_image_reference(text):
            faults.add(
                "FO262",
                f'there is no image "{text}"',
                at=node.place,
                help=suggestion(text, self.images, kinds="images")
                + f"; a reference has a tag or a host: {text}:latest",
            )
            return None
        return Image(name=text, reference=text, digest=self._digest(text))

    def _by_default(self) -> Image | None:
        if self.default_image is None:
            return None
        if self._default is None:
            declared = self.images.get(self.default_image)
            if declared is not None:
                self._default = self._built(declared.body, self.default_image)
            else:
                name = self.default_image
                self._default = Image(name=name, reference=name, digest=self._digest(name))
        return self._default

    def _built(self, body: Mapping, name: str) -> Image:
        reference = text_in(body, "reference") or text_in(body, "image")
        return Image(
            name=name,
            reference=reference,
            python=text_in(body, "python"),
            requirements=text_in(body, "requirements"),
            packages=texts_in(body, "packages"),
            apt=texts_in(body, "apt"),
            registry=text_in(body, "registry"),
            digest=self._digest(reference or name),
        )

    def _digest(self, name: str) -> str | None:
        if "@sha256:" in name:
            return name.partition("@")[2]
        return self.digests.get(name)


_NO_RESOURCES = Resources()


def _is_image_reference(text: str) -> bool:
    return any(mark in text for mark in ":/@")


def lower_resources(given: Mapping, *, faults: Faults, sound: bool = True) -> Resources:
    """Resources from a map with every profile laid open."""
    gpu = _gpu(given, faults)
    accelerator = text_in(given, "accelerator")
    if sound and accelerator is not None and gpu is None and given.get("gpu") is None:
        faults.add(
            "FO259",
            f"the accelerator {accelerator} is asked for without a gpu",
            at=place_in(given, "accelerator"),
            label="no gpu: beside it",
            help="write gpu: 1, or take the accelerator away",
        )
    return Resources(
        cpu=_amount(given, "cpu", faults, limited=False),
        memory=_amount(given, "memory", faults),
        gpu=gpu,
        accelerator=accelerator,
        ephemeral_storage=_amount(given, "ephemeral_storage", faults),
        shared_memory=text_in(given, "shared_memory"),
        node_selector=pairs_in(given, "node_selector"),
        tolerations=_tolerations(given.get("tolerations")),
        priority=text_in(given, "priority"),
    )


def _gpu(given: Mapping, faults: Faults) -> int | None:
    node = given.get("gpu")
    if isinstance(node, Mapping):
        node = node.get("limit") or node.get("request")
    if node is None or is_null(node):
        return None
    count = int_of(node)
    if count is None or count < 1:
        shown = node.text if isinstance(node, Scalar) else "this"
        faults.add(
            "FO260",
            f"gpu must be a whole number of at least 1, not {shown}",
            at=node.place,
            label="devices are given whole",
            help="write gpu: 1; to ask for none, leave gpu out",
        )
        return None
    return count


def _amount(given: Mapping, name: str, faults: Faults, *, limited: bool = True) -> Amount | None:
    node = given.get(name)
    if isinstance(node, Scalar):
        text = text_of(node)
        if text is None:
            return None
        return Amount(request=text, limit=text if limited else None)
    if not isinstance(node, Mapping):
        return None
    request, limit = text_in(node, "request"), text_in(node, "limit")
    low, high = quantity_nano(request or ""), quantity_nano(limit or "")
    if low is not None and high is not None and low > high:
        if written_together(node, node.get("request") or node, node.get("limit") or node):
            return None  # told where it was read
        faults.add(
            "FO258",
            f"{name}: the request {request} is above the limit {limit}",
            at=place_in(node, "request"),
            help="raise the limit or lower the request",
        )
        return None
    if request is None and limit is None:
        return None
    return Amount(request=request or limit, limit=limit or request)


def _tolerations(node: TreeNode | None) -> tuple[Toleration, ...]:
    if not isinstance(node, Sequence):
        return ()
    return tuple(
        Toleration(
            key=text_in(item, "key") or "",
            operator=text_in(item, "operator") or "",
            value=text_in(item, "value") or "",
            effect=text_in(item, "effect") or "",
        )
        for item in node.items
        if isinstance(item, Mapping)
    )


def _seconds(body: Mapping, name: str) -> float | None:
    text = text_in(body, name)
    return duration_s(text) if text is not None else None


def _retries(body: Mapping) -> Retries:
    node = body.get("retries")
    if isinstance(node, Scalar):
        return Retries(limit=int_of(node) or 0)
    if not isinstance(node, Mapping):
        return _NO_RETRIES
    return Retries(
        limit=int_of(node.get("limit")) or 0, backoff=_backoff(map_in(node, "backoff")), never=texts_in(node, "never")
    )


_NO_RETRIES = Retries()


def _backoff(node: Mapping | None) -> Backoff | None:
    if node is None:
        return None
    factor = number_of(node.get("factor"))
    return Backoff(
        initial_s=_seconds(node, "initial") or 0.0,
        factor=2.0 if factor is None else factor,
        max_s=_seconds(node, "max"),
    )


def _timeout(body: Mapping) -> Timeout:
    node = body.get("timeout")
    if isinstance(node, Scalar):
        return Timeout(run_s=_seconds(body, "timeout"))
    if not isinstance(node, Mapping):
        return _NO_TIMEOUT
    return Timeout(run_s=_seconds(node, "run"), queued_s=_seconds(node, "queued"), total_s=_seconds(node, "total"))


_NO_TIMEOUT = Timeout()


def _cache(body: Mapping) -> CachePolicy | None:
    node = body.get("cache")
    if isinstance(node, Mapping):
        return CachePolicy(
            version=text_in(node, "version"),
            ignore=tuple(sorted(texts_in(node, "ignore"))),
            max_age_s=_seconds(node, "max_age"),
        )
    if isinstance(node, Scalar) and core_value(node) is True:
        return CachePolicy()
    return None

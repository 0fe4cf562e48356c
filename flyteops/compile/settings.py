"""Settings of tasks and overrides of nodes: profiles laid open, then lowered to TaskSettings."""

from __future__ import annotations

from collections.abc import Mapping as Dict

from flyteops.compile.caching import Caching
from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import (
    flag_in,
    int_of,
    map_in,
    number_of,
    pairs_in,
    seconds_in,
    text_in,
    texts_in,
    with_field,
    without,
)
from flyteops.compile.images import Images
from flyteops.compile.layers import Declared, lay_over
from flyteops.compile.pools import Pools
from flyteops.compile.resources import lower_resources
from flyteops.model.diagnostics import Diagnostic, Place, Related
from flyteops.model.entities import (
    Backoff,
    Resources,
    Retries,
    TaskSettings,
    Timeout,
)
from flyteops.source.scalars import is_null
from flyteops.source.tree import Mapping, Scalar, TreeNode

SETTINGS = ("resources", "image", "retries", "timeout", "interruptible", "cache", "env")
"""The fields of a task that become its settings."""


class Profiles:
    """The named resources and images of a domain; lowers settings that use them."""

    def __init__(
        self,
        resources: Dict[str, Declared],
        images: Images,
        *,
        pools: Pools,
        caching: Caching,
    ) -> None:
        self.pools = pools
        self.caching = caching
        self.resources = resources
        self.images = images
        self._known: dict[str, Resources] = {}

    def expand(self, body: Mapping, *, faults: Faults) -> Mapping:
        """The body with profiles laid open: `resources` and `image` say every field themselves."""
        resources = body.get("resources")
        if resources is not None and not is_null(resources):
            body = self._open(body, "resources", resources, self.resources, faults)
        image = body.get("image")
        if isinstance(image, Mapping) or (isinstance(image, Scalar) and image.text in self.images.declared):
            body = self._open(body, "image", image, self.images.declared, faults)
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

    def lower(
        self,
        body: Mapping,
        *,
        written: Mapping,
        owner: str,
        faults: Faults,
        sound: bool = True,
        at: Place | None = None,
        fits: bool = True,
    ) -> TaskSettings:
        """Settings of an expanded body; `written` is the body before, where an image still has its name. That no
        node pool fits is told at `at`, where the task or node is, when `fits`."""
        interruptible = flag_in(body, "interruptible") is True
        resources = self._resources(body, written, faults, sound)
        placement = self.pools.placement(
            resources,
            body,
            interruptible=interruptible,
            written=written,
            owner=f'task "{owner}"',
            at=at or body.place,
            faults=faults if sound and fits else None,
        )
        image = self.images.lower(body, written, owner=owner, faults=faults)
        return TaskSettings(
            resources=resources,
            image=image,
            retries=_retries(body, faults),
            timeout=_timeout(body, faults),
            interruptible=interruptible,
            cache=self.caching.policy(body, image, faults=faults),
            env=pairs_in(body, "env"),
            placement=placement,
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


_NO_RESOURCES = Resources()


def _retries(body: Mapping, faults: Faults) -> Retries:
    node = body.get("retries")
    if isinstance(node, Scalar):
        return Retries(limit=int_of(node) or 0)
    if not isinstance(node, Mapping):
        return _NO_RETRIES
    return Retries(
        limit=int_of(node.get("limit")) or 0,
        backoff=_backoff(map_in(node, "backoff"), faults),
        never=texts_in(node, "never"),
    )


_NO_RETRIES = Retries()


def _backoff(node: Mapping | None, faults: Faults) -> Backoff | None:
    if node is None:
        return None
    _refuse_idle(node, "initial", "max", why="no wait is longer than max, the first one neither", faults=faults)
    factor = number_of(node.get("factor"))
    return Backoff(
        initial_s=seconds_in(node, "initial") or 0.0,
        factor=2.0 if factor is None else factor,
        max_s=seconds_in(node, "max"),
    )


def _timeout(body: Mapping, faults: Faults) -> Timeout:
    node = body.get("timeout")
    if isinstance(node, Scalar):
        return Timeout(run_s=seconds_in(body, "timeout"))
    if not isinstance(node, Mapping):
        return _NO_TIMEOUT
    for bound in ("run", "queued"):
        _refuse_idle(node, bound, "total", why="total ends the node before", faults=faults)
    return Timeout(
        run_s=seconds_in(node, "run"), queued_s=seconds_in(node, "queued"), total_s=seconds_in(node, "total")
    )


_NO_TIMEOUT = Timeout()


def _refuse_idle(node: Mapping, field: str, bound: str, *, why: str, faults: Faults) -> None:
    """Tells of a time that another one never lets come: it would be read, shown and never act."""
    given, most = node.get(field), node.get(bound)
    given_s, most_s = seconds_in(node, field), seconds_in(node, bound)
    if given is None or most is None or given_s is None or most_s is None or given_s <= most_s:
        return
    written = [each.text if isinstance(each, Scalar) else "" for each in (given, most)]
    fault = Diagnostic(
        code="FO388",
        message=f"{field}: {written[0]} never acts beside {bound}: {written[1]}",
        place=given.place,
        label=why,
        help=f"write {field}: {written[1]} or less, or enlarge {bound}",
        related=(Related(place=most.place, label="the shorter one"),),
    )
    if fault not in faults.found:  # one that is inherited is read by many tasks
        faults.found.append(fault)

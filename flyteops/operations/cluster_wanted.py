"""What a program wants in a cluster: verified objects with pinned images. Needs the emitter, so it is imported late."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.argo import Target
from flyteops.argo.faults import origin
from flyteops.argo.names import label_value
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.digest import Json
from flyteops.model.errors import InvalidProject
from flyteops.model.objects import ClusterObject
from flyteops.model.program import Program
from flyteops.operations.cluster_side import PARALLELISM, ClusterSide
from flyteops.operations.rendering import render
from flyteops.ports.cluster import Cluster
from flyteops.reconcile import selector, wanted_objects


def side_for(
    program: Program,
    *,
    cluster: Cluster,
    target: Target,
    parallelism: int = PARALLELISM,
    accepted_cluster: str = "",
    pinned: bool = True,
    wait_s: float = 0.0,
) -> ClusterSide:
    """What the program wants in the cluster: verified objects; InvalidProject for an image without a digest, unless
    nothing is to be applied (`pinned` False)."""
    rendered = render(program, (), target=target)
    ours = frozenset({target.runner.image}) if target.runner else frozenset()
    faults = unpinned(program, rendered.objects, besides=ours)
    if faults and pinned:
        raise InvalidProject(faults)
    return ClusterSide(
        cluster=cluster,
        namespace=target.namespace,
        selector=selector(label_value(program.project), label_value(program.domain)),
        wanted=wanted_objects(rendered.objects, namespace=target.namespace),
        parallelism=parallelism,
        accepted_cluster=accepted_cluster,
        wait_s=wait_s,
    )


def unpinned(program: Program, objects: tuple[ClusterObject, ...], *, besides: frozenset[str]) -> list[Diagnostic]:
    """A fault for every image without a digest; `besides` are images of the tool's own."""
    images: dict[str, str] = {}
    for each in objects:
        for image in _images(each.body):
            if "@sha256:" not in image and image not in besides:
                images.setdefault(image, each.address)
    return [_unpinned(program, image, address) for image, address in sorted(images.items())]


def _unpinned(program: Program, image: str, address: str) -> Diagnostic:
    task = next((name for name in sorted(program.tasks) if _image_of(program, name) == image), None)
    return Diagnostic(
        code="FO765",
        message=f'the image "{image}" has no digest, and {address} would run it in a cluster',
        place=origin(program, f"task/{task}", "image") if task else None,
        label="a tag may be another image tomorrow",
        help="Run flyteops lock and commit flyteops.lock, or write registry/name@sha256:<64 hex digits>, here or as "
        "`default_image` of the domain.",
    )


def _image_of(program: Program, task: str) -> str:
    image = program.tasks[task].settings.image
    return (image.reference or "") if image else ""


def _images(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "image" and isinstance(inner, str):
                yield inner
            else:
                yield from _images(inner)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _images(item)

"""What the emitted objects are for: engine version, place, images, store. No value of a user's run is here."""

from __future__ import annotations

from typing import Literal as OneOf

from flyteops.model.entities import Toleration
from flyteops.model.frozen import frozen

ArgoVersion = OneOf["3.7", "4.0", "4.1"]


@frozen
class RunnerInstall:
    """An init container that puts `runner.zip` into the folder it is given as last argument."""

    image: str
    command: tuple[str, ...] = ("cp", "/runner/runner.zip")


@frozen
class CodeBundle:
    """User code is unpacked by an init container, which is given the bundle's URI and an empty folder as its last
    arguments; `roots` are the import roots inside."""

    uri: str
    image: str
    command: tuple[str, ...]
    roots: tuple[str, ...] = ("src",)


@frozen
class CodeInImage:
    """User code is in the task's image, below these absolute folders."""

    roots: tuple[str, ...] = ("/app",)


@frozen
class Interruptible:
    """How hosts that may be taken away are marked; both empty: the cluster has none, and `interruptible` is noted."""

    selector: tuple[tuple[str, str], ...] = ()
    tolerations: tuple[Toleration, ...] = ()


@frozen
class Target:
    """One cluster place. `runner` None means every image has the package itself; `user` is the number pods run as;
    `executor_account` needs a Secret `<name>.service-account-token`, since main containers get no token."""

    namespace: str
    store: str
    default_image: str
    argo: ArgoVersion = "4.1"
    runner: RunnerInstall | None = None
    code: CodeBundle | CodeInImage = CodeInImage()
    cache_scope: str = "shared"
    service_account: str = "flyteops-run"
    executor_account: str = "flyteops-executor"
    user: int = 8737
    gpu_resource: str = "nvidia.com/gpu"
    accelerator_label: str = "accelerator"
    partition_label: str = "accelerator-partition"
    interruptible: Interruptible = Interruptible()
    cache: OneOf["on", "overwrite"] = "on"
    raw_data: str = ""
    """Both as the launch plan that is emitted says."""

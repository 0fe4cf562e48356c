"""Program to Argo and Kubernetes objects. Pure: values in, plain bodies out; nothing here talks to a cluster."""

from flyteops.argo.emit import emit, emit_task
from flyteops.argo.target import CodeBundle, CodeInImage, Interruptible, RunnerInstall, Target
from flyteops.argo.text import file_name, object_text
from flyteops.argo.verify import Finding, verify

__all__ = [
    "CodeBundle", "CodeInImage", "Finding", "Interruptible", "RunnerInstall", "Target", "emit", "emit_task",
    "file_name", "object_text", "verify",
]  # fmt: skip

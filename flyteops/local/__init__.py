"""Runs a workflow on this machine: warm worker processes, the same verbs, commits and keys as a pod."""

from __future__ import annotations

from flyteops.local.requests import NodeError, NodeResult, RunEvent, RunRequest, RunResult
from flyteops.local.running import run

__all__ = ["NodeError", "NodeResult", "RunEvent", "RunRequest", "RunResult", "run"]

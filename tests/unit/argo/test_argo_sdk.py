"""A third reader for the legacy target: the last Python SDK of Argo, made from 3.7. Used here and nowhere else."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from flyteops.argo import emit, verify
from tests.unit.argo.programs import NIGHTLY, PROGRAM, TARGET

pytest.importorskip("argo_workflows", reason="the end-of-life SDK is not installed")
MODELS = {"WorkflowTemplate": "workflow_template", "CronWorkflow": "cron_workflow"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", MODELS)
def test_the_sdk_reads_what_was_meant(kind: str) -> None:
    from argo_workflows.api_client import ApiClient

    module = __import__(f"argo_workflows.model.io_argoproj_workflow_v1alpha1_{MODELS[kind]}", fromlist=["x"])
    model = getattr(module, f"IoArgoprojWorkflowV1alpha1{kind}")
    objects = emit(PROGRAM, target=replace(TARGET, argo="3.7"), plans=(NIGHTLY,))
    body: Any = next(each.body for each in objects if each.kind == kind)
    assert verify(body, argo="3.7") == ()
    sent = as_text(body)
    read = ApiClient().deserialize(SimpleNamespace(data=json.dumps(sent)), (model,), True)
    assert ApiClient.sanitize_for_serialization(read) == sent


def as_text(value: Any) -> Any:
    """Its models know a number-or-text as text only."""
    if isinstance(value, dict):
        return {key: str(each) if key == "activeDeadlineSeconds" else as_text(each) for key, each in value.items()}
    return [as_text(each) for each in value] if isinstance(value, list) else value

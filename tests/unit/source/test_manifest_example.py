"""The complete example of the language's own page: read without a fault but for what comes later."""

from __future__ import annotations

from flyteops.source.manifests import parse_file
from flyteops.source.reader import read_yaml
from tests.unit.source.telling import plain, told

EXAMPLE = """\
# yaml-language-server: $schema=../schemas/declarations.v1.json
apiVersion: flyteops/v1

resources:
  small: {cpu: 500m, memory: 512Mi}
  a100: {cpu: 8, memory: 64Gi, gpu: 1, accelerator: nvidia-tesla-a100, shared_memory: 8Gi}

images:
  train:
    python: "3.12"
    requirements: requirements.txt
    apt: [libgomp1]
    registry: ghcr.io/acme

tasks:
  prep:
    function: churn.data:prep              # module:function, read from source, never imported
    resources: small
    cache: true
  fit:
    function: churn.model:fit
    description: Gradient boosting on last quarter's customers
    image: train
    resources: a100
    outputs: [model, accuracy]             # names for what the function returns
    cache: {version: "3", ignore: [verbose], serialize: true}
    retries: {limit: 3, backoff: {initial: 10s, factor: 2, max: 5m}}
    timeout: {run: 2h, queued: 6h, total: 12h}
    interruptible: true
    secrets: {HF_TOKEN: hf-token}

workflows:
  train:
    description: Nightly model
    inputs:
      rows: int = 100000
      region: enum["eu", "us"] = "eu"
      days:
        type: list[date]
        default: []
        description: Days to score
      started: datetime | None = null
    nodes:
      prep:
        task: prep
        inputs: [rows, region]             # the workflow's inputs of the same names
      fit:
        task: fit
        inputs: {data: $prep}
        overrides:
          resources: {memory: 96Gi}        # laid over the profile a100
      scores:
        map: churn.model:score             # a task without options needs no entry in tasks
        over: {day: $inputs.days}          # walked in step
        inputs: {model: $fit.model}        # the same for all
        concurrency: 10
        min_success_ratio: 0.9
      route:
        switch:
          - when: $fit.accuracy >= 0.9 and $inputs.region == "eu"
            then: {task: "churn.report:tell", inputs: {text: good}}
          - when: $fit.accuracy > 0.5
            then: {task: "churn.report:tell", inputs: {text: middling}}
          - else: {fail: "accuracy is too low"}
      done:
        task: churn.report:tell
        inputs: {text: done}
        after: [scores]
    outputs:
      model: $fit.model
      scores: $scores
    on_failure:
      task: churn.report:tell
      inputs: {text: $error.message}
    failure_policy: immediately            # or after_executable_nodes

launch_plans:
  nightly:
    workflow: train
    default_inputs: {rows: 200000}         # the caller may change them
    fixed_inputs: {region: eu}             # the caller may not
    schedule:
      cron: "0 2 * * *"
      timezone: Europe/Berlin
      catchup: last                        # none | last | all
      overlap: forbid                      # allow | forbid | replace
      kickoff_time_input: started
    notifications:
      - {phases: [failed, timed_out], channel: oncall}
    max_parallelism: 25
    active: true
  nightly-us:
    like: nightly                          # the same, with these laid over
    fixed_inputs: {region: us}

secrets:
  hf-token: {kubernetes: {name: hf, key: token}}

channels:
  oncall: {slack: {secret: slack-hook}}
"""
OVERLAY = """\
apiVersion: flyteops/v1
domain: production
defaults:
  task: {retries: 5, service_account: churn}
tasks:
  fit: {resources: {memory: 128Gi}}       # one field of the profile changed, the rest kept
"""


def test_the_complete_example() -> None:
    root, found = read_yaml("pipelines/train.yaml", EXAMPLE.encode())
    assert root is not None
    assert found == ()
    manifest, faults = parse_file("pipelines/train.yaml", root)
    assert told(faults) == []
    assert [each.name.text for each in manifest.sections["launch_plans"]] == ["nightly", "nightly-us"]
    assert plain(manifest.sections["tasks"][0].body) == {
        "function": "churn.data:prep", "resources": "small", "cache": {},
    }  # fmt: skip


def test_the_overlay_beside_it() -> None:
    root, _ = read_yaml("pipelines/production.yaml", OVERLAY.encode())
    assert root is not None
    manifest, faults = parse_file("pipelines/production.yaml", root)
    assert faults == ()
    assert manifest.domain == "production"
    assert manifest.defaults is not None
    assert plain(manifest.defaults) == {"task": {"retries": {"limit": "5"}, "service_account": "churn"}}
    assert plain(manifest.sections["tasks"][0].body) == {"resources": {"memory": "128Gi"}}

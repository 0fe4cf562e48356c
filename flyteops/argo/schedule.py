"""A launch plan's schedule as a CronWorkflow that starts the plan's template and nothing else."""

from __future__ import annotations

import re
from typing import Literal as OneOf

from flyteops.argo.daylight import MADE_UP_WITHIN_S, Once, once
from flyteops.argo.every import beat_of, instant
from flyteops.argo.faults import Findings
from flyteops.argo.names import MAX_CRON_NAME, object_name
from flyteops.execution.schedule import BadCron, cron_line, parse_cron
from flyteops.model.digest import Json, JsonObject, digest_of
from flyteops.model.entities import LaunchPlan, Schedule

MISSED_WITHIN_S = 30 * 24 * 3600
"""How long after its slot a missed run is still made up: the engine makes up at most one."""
_ZONE = re.compile(r"UTC|[A-Za-z]+(?:/[A-Za-z0-9_+-]+){1,2}")
Overlap = OneOf["allow", "forbid", "replace"]
_POLICY: dict[Overlap, str] = {"allow": "Allow", "forbid": "Forbid", "replace": "Replace"}


def cron_name(project: str, domain: str, plan: str) -> str:
    """The same for every version of the plan: a deploy flips one field instead of making a second clock."""
    digest = digest_of("flyteops.argo.cron.v1", project, domain, plan)
    return object_name(plan, digest, longest=MAX_CRON_NAME, digits=8)


def cron_body(
    plan: LaunchPlan, schedule: Schedule, *, template: str, labels: JsonObject, found: Findings
) -> JsonObject:
    """The spec of the CronWorkflow. `suspend` is always written: whoever flips it by hand is seen as drift."""
    line, zone = _line(schedule, found=found)
    daylight = Once() if zone != schedule.timezone else once(schedule, line)
    lines: list[Json] = [line, *daylight.lines]
    spec: JsonObject = {
        "schedules": lines,
        "timezone": zone,
        "concurrencyPolicy": _POLICY[overlap_of(plan, schedule)],
        "startingDeadlineSeconds": _made_up_within(schedule, daylight),
        "suspend": not plan.active,
        "workflowMetadata": {"labels": labels},
        "workflowSpec": {"workflowTemplateRef": {"name": template}},
    }
    if schedule.kickoff_time_input:
        parameters: list[Json] = [{"name": "kickoff", "value": "{{workflow.scheduledTime}}"}]
        spec["workflowSpec"] = {"workflowTemplateRef": {"name": template}, "arguments": {"parameters": parameters}}
    terms = [*_window(schedule), *([daylight.term] if daylight.term else [])]
    if terms:
        spec["when"] = f"{{{{= {' && '.join(terms)} }}}}"
    _say(schedule, daylight, found=found)
    return spec


def _made_up_within(schedule: Schedule, daylight: Once) -> int:
    if schedule.catchup == "none":
        return 0
    return MADE_UP_WITHIN_S if daylight.term else MISSED_WITHIN_S


def overlap_of(plan: LaunchPlan, schedule: Schedule) -> Overlap:
    """What the clock does while the run before still goes on: a limit of one run says it too."""
    if plan.concurrency is None or plan.concurrency.limit != 1:
        return schedule.overlap
    match plan.concurrency.when_full:
        case "skip":
            return "forbid"
        case "replace":
            return "replace"
        case "queue":
            return schedule.overlap


def _say(schedule: Schedule, daylight: Once, *, found: Findings) -> None:
    """Notes on what the engine's clock does not do."""
    if daylight.note:
        found.note(f"dst: once of {found.address} is left to Argo: {daylight.note}")
    if daylight.lines:
        found.note(
            f"dst: once of {found.address}: a start that Argo left out, as after a run that was still going on, "
            f"may come an hour later ({daylight.lines[0]})"
        )
    if daylight.term and schedule.catchup != "none":
        found.note(
            f"catchup of {found.address}: with dst: once a missed start is made up within {MADE_UP_WITHIN_S // 60} "
            "minutes; later Argo could not tell it from one that the changed hour has doubled"
        )
    if schedule.jitter_s is not None:
        found.note(f"jitter of {found.address}: Argo starts every run at its slot, nothing is spread")
    if schedule.catchup == "all":
        found.note(f"catchup: all of {found.address}: Argo makes up the last missed run only")


def _line(schedule: Schedule, *, found: Findings) -> tuple[str, str]:
    if not _ZONE.fullmatch(schedule.timezone):
        _refuse(f'"{schedule.timezone}" is not a time zone', "timezone", "Write Area/City or UTC.", found=found)
    if schedule.cron is not None:
        try:
            parse_cron(schedule.cron)
        except BadCron:
            _refuse(
                f'"{schedule.cron}" is not a schedule that Argo takes',
                "cron",
                "Write five fields: minute, hour, day, month, day of the week; or an alias such as @daily.",
                found=found,
            )
        return cron_line(schedule.cron), schedule.timezone
    every = schedule.every or ""
    beat = beat_of(every, schedule.start)
    if beat is None:
        _refuse(
            f"Argo's clock cannot count every {every}",
            "every",
            "Write minutes that divide an hour, hours that divide a day, 1d or 1w, or a cron line.",
            found=found,
        )
        return "@yearly", "UTC"
    return beat.line, "UTC" if beat.in_utc else schedule.timezone


def _window(schedule: Schedule) -> list[str]:
    terms = []
    if schedule.start:
        terms.append(f"now() >= date('{_instant(schedule.start)}')")
    if schedule.end:
        terms.append(f"now() < date('{_instant(schedule.end)}')")
    return terms


def _instant(text: str) -> str:
    return instant(text).strftime("%Y-%m-%dT%H:%M:%SZ")


def _refuse(message: str, field: str, way_out: str, *, found: Findings) -> None:
    found.refuse("FO805", message, at=(found.address, f"schedule.{field}"), label="not for Argo", way_out=way_out)

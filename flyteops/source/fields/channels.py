"""Channels: where notifications go."""

from __future__ import annotations

from flyteops.source.fields.profiles import LIKE
from flyteops.source.shapes import Field, ListOf, Number, Table, Text, Words

PHASE_WORDS = ("succeeded", "failed", "aborted", "timed_out", "skipped")


def _secret(description: str) -> Field:
    return Field(shape=Text(rule="entity"), description=description, example="slack-hook")


_HOOK = _secret("The secret that holds the address to post to.")

CHANNEL = Table(
    what="channel",
    fields={
        "slack": Field(
            shape=Table(what="slack channel", fields={"secret": _HOOK}, required=("secret",), layered=True),
            description="A Slack webhook.",
            example="{secret: slack-hook}",
        ),
        "teams": Field(
            shape=Table(what="teams channel", fields={"secret": _HOOK}, required=("secret",), layered=True),
            description="A Microsoft Teams webhook.",
            example="{secret: teams-hook}",
        ),
        "pagerduty": Field(
            shape=Table(
                what="pagerduty channel",
                fields={
                    "secret": _secret("The secret that holds the routing key."),
                    "severity": Field(
                        shape=Words(words=("critical", "error", "warning", "info")),
                        description="How loud the event is; error when absent.",
                        example="critical",
                    ),
                },
                required=("secret",),
                layered=True,
            ),
            description="A PagerDuty service.",
            example="{secret: pagerduty-key}",
        ),
        "email": Field(
            shape=Table(
                what="email channel",
                fields={
                    "to": Field(
                        shape=ListOf(item=Text(rule="email"), least=1),
                        description="Who gets it.",
                        example="[oncall@acme.com]",
                    ),
                    "sender": Field(shape=Text(rule="email"), description="Who it comes from."),
                    "server": Field(
                        shape=Text(rule="server"),
                        description="The mail server, host:port.",
                        example="smtp.acme.com:587",
                    ),
                    "secret": _secret("The secret that holds user:password for the server."),
                },
                required=("to", "server"),
                layered=True,
                foreign={"from": "sender", "recipients": "to", "recipients_email": "to", "smtp": "server"},
            ),
            description="Electronic mail.",
            example="{to: [oncall@acme.com], server: smtp.acme.com:587}",
        ),
        "webhook": Field(
            shape=Table(
                what="webhook channel",
                fields={
                    "url": Field(
                        shape=Text(rule="url"), description="Where to post, when it is no secret.",
                        example="https://hooks.acme.com/flyteops",
                    ),
                    "secret": _secret("The secret that holds where to post."),
                    "sign_with": _secret("The secret that messages are signed with (HMAC, SHA-256)."),
                },
                kinds=("url", "secret"),
                foreign={"key": "sign_with", "token": "secret"},
            ),
            description="Any HTTP receiver: a JSON body, posted.",
            example="{url: https://hooks.acme.com/flyteops}",
        ),
        "github": Field(
            shape=Table(
                what="github channel",
                fields={
                    "repository": Field(
                        shape=Text(rule="repository"), description="OWNER/NAME.", example="acme/pipelines"
                    ),
                    "secret": _secret("The secret that holds a token that may write there."),
                    "issue": Field(
                        shape=Number(least=1), description="The issue to comment on; one of its own when absent."
                    ),
                },
                required=("repository", "secret"),
                layered=True,
                foreign={"repo": "repository", "token": "secret"},
            ),
            description="An issue of a GitHub repository.",
            example="{repository: acme/pipelines, secret: github-token}",
        ),
        "like": LIKE,
    },
    kinds=("slack", "teams", "pagerduty", "email", "webhook", "github"),
    foreign={"mail": "email", "http": "webhook", "url": "webhook: {url: …}", "secret": "slack: {secret: …}"},
)  # fmt: skip

NOTIFICATIONS = ListOf(
    item=Table(
        what="notification",
        fields={
            "phases": Field(
                shape=ListOf(item=Words(words=PHASE_WORDS), least=1),
                description="The endings of a run that are told.",
                example="[failed, timed_out]",
            ),
            "channel": Field(shape=Text(rule="entity"), description="Who is told.", example="oncall"),
        },
        required=("phases", "channel"),
        foreign={"on": "phases", "to": "channel", "slack": "channel: NAME, declared under channels:"},
    )
)

CONCURRENCY = Table(
    what="concurrency",
    fields={
        "limit": Field(shape=Number(least=1, most=10_000), description="Most runs at once.", example="1"),
        "when_full": Field(
            shape=Words(words=("skip", "queue", "replace")),
            description="What becomes of one more run; skip when absent.",
            example="queue",
        ),
    },
    short="limit",
    required=("limit",),
    foreign={"max": "limit", "behavior": "when_full", "policy": "when_full", "on_full": "when_full"},
)

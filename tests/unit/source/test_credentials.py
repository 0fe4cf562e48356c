"""Credentials: what is found, what is not, and that the value is told nowhere."""

import pytest

from flyteops.model.digest import sha256_hex
from flyteops.source.credentials import Allowed, credentials_in, masked, suspicious
from flyteops.source.reader import read_yaml
from flyteops.views.diagnostics import render_diagnostics

GITHUB = "ghp_" + "a1B2" * 9


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("AKIA" + "ABCDEFGH12345678", "key id of AWS"),
        (GITHUB, "token of GitHub"),
        ("glpat-" + "x" * 20, "token of GitLab"),
        ("github_pat_" + "a1" * 12, "token of GitHub"),
        ("xoxb-" + "1" * 12, "token of Slack"),
        ("https://hooks.slack.com/services/" + "T0" * 12, "webhook of Slack"),
        ("AIza" + "b" * 35, "API key of Google"),
        ("hf_" + "z" * 34, "token of Hugging Face"),
        ("npm_" + "y" * 36, "token of npm"),
        ("pypi-AgE" + "c" * 52, "token of PyPI"),
        ("rk_live_" + "4" * 20, "secret key of Stripe"),
        ("sk-" + "d" * 34, "API key of a model provider"),
        ("-----BEGIN RSA PRIVATE KEY-----", "private key"),
        ("postgresql://me:secret@db/x", "URL with a password"),
    ],
)
def test_what_looks_like_one_is_found(value, kind):
    data = f"tasks: {{a: {{env: {{TOKEN: '{value}'}}}}}}\n".encode()
    root, _ = read_yaml("p.yaml", data)
    assert suspicious(data)
    [found] = credentials_in(root, ())
    assert (found.code, found.label, found.place.line) == ("FO330", f"a {kind}", 1)
    assert value not in found.message + found.help + found.label
    text = render_diagnostics([found], lines_of=lambda _: data.decode().splitlines())
    assert value not in text
    assert "•" in text


@pytest.mark.parametrize(
    "value",
    ["https://example.com:8080/x", "s3://bucket/key", "AKIA-short", "sk-learn", "git@github.com:a/b.git", "mail@x.y"],
)
def test_ordinary_text_is_left_alone(value):
    assert not suspicious(f"a: {value}\n".encode())


def test_a_false_alarm_is_allowed_by_place_and_digest():
    data = f"a: {GITHUB}\n".encode()
    root, _ = read_yaml("p.yaml", data)
    digest = sha256_hex(GITHUB.encode())
    assert credentials_in(root, (Allowed(path="p.yaml", line=1, sha256=digest),)) == []
    assert len(credentials_in(root, (Allowed(path="p.yaml", line=2, sha256=digest),))) == 1


def test_masking_keeps_the_columns():
    line = f"  a: {GITHUB} # b"
    assert len(masked(line)) == len(line)

"""Where a run on this machine finds secrets, what it refuses; and that no command shows or keeps a value."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flyteops import testing
from flyteops.adapters.secret_places import FileSecrets, SopsSecrets, VariableSecrets
from flyteops.context import Checkpoint, checkpoint, current, deck, secrets
from flyteops.model.errors import InvalidProject, OutsideFailed
from flyteops.model.surroundings import KubernetesSecret, SopsSecret

from .test_surroundings import spelt

CANARY = "sesame/open+55e0"
HF = KubernetesSecret(name="hf", key="token")
DB = SopsSecret(file="db.enc.yaml", key="db.password")
SETTINGS = """\
apiVersion: flyteops/v1
project: churn
code: {roots: [src]}
declarations: [pipelines]
domains:
  development: {default: true}
"""
PIPELINE = """\
apiVersion: flyteops/v1
secrets:
  hf-token: {kubernetes: {name: hf, key: token}}
  db: {external: {store: vault, key: ml/db}}
tasks:
  use:
    function: work:use
    secrets: {HF_TOKEN: hf-token, DB: db}
  swap: {function: "work:swap"}
tests:
  told: {task: use, expect: {o0: 9}}
  wrong: {task: swap, inputs: {pairs: {a: 1, b: 2}}, expect: {o0: {a: 1, b: 3}}}
"""
WORK = """\
import os

def use() -> int:
    print(os.environ["HF_TOKEN"], os.environ["DB"])
    return 9

def swap(pairs: dict[str, int]) -> dict[str, int]:
    return pairs
"""


def file_of(root: Path, text: str, mode: int = 0o600) -> None:
    path = root / ".flyteops" / "secrets.env"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def refused(root: Path, *, ignored: bool = True) -> str:
    with pytest.raises(InvalidProject) as caught:
        FileSecrets(root, ignored=lambda _: ignored).find("hf", HF)
    (fault,) = caught.value.diagnostics
    return f"{fault.code} {fault.message} | {fault.help}"


def test_a_file_of_secrets(tmp_path: Path) -> None:
    file_of(tmp_path, "# mine\nHF_TOKEN=a=b\nhf-other='two words'\nFLYTEOPS_SECRET_THIRD=3\n\n")
    place = FileSecrets(tmp_path, ignored=lambda _: True)
    assert [place.find(name, HF) for name in ("hf-token", "hf-other", "third", "fourth")] == [
        "a=b", "two words", "3", None,
    ]  # fmt: skip


def test_a_file_that_others_may_read_or_that_git_keeps_is_refused(tmp_path: Path) -> None:
    file_of(tmp_path, "HF=x\n", mode=0o640)
    assert refused(tmp_path) == (
        "FO371 .flyteops/secrets.env can be read by others: its mode is 0640 | chmod 600 .flyteops/secrets.env"
    )
    file_of(tmp_path, "HF=x\n")
    assert refused(tmp_path, ignored=False) == (
        "FO371 git does not ignore .flyteops/secrets.env | add the line .flyteops/ to .gitignore"
    )
    file_of(tmp_path, "HF=x\nsesame\n")
    assert refused(tmp_path) == (
        "FO371 line 2 of .flyteops/secrets.env is not NAME=value | "
        "correct .flyteops/secrets.env:2; a remark begins with #"
    )
    (tmp_path / ".flyteops" / "secrets.env").rename(tmp_path / "elsewhere")
    (tmp_path / ".flyteops" / "secrets.env").symlink_to(tmp_path / "elsewhere")
    assert "put the file itself there, no link" in refused(tmp_path)


def test_a_variable_is_named_after_the_secret() -> None:
    place = VariableSecrets({"FLYTEOPS_SECRET_HF_TOKEN": "x"})
    assert (place.find("hf-token", HF), place.find("other", HF)) == ("x", None)


def test_sops_decrypts_one_value_into_memory(tmp_path: Path) -> None:
    program = tmp_path / "sops"
    program.write_text(
        '#!/bin/sh\n[ "$3" = \'["db"]["password"]\' ] && printf %s sesame && exit 0\necho no key >&2; exit 3\n'
    )
    program.chmod(0o755)
    place = SopsSecrets(tmp_path, program=str(program))
    assert place.find("db", DB) == "sesame"
    assert place.find("hf", HF) is None
    assert SopsSecrets(tmp_path, program=None).find("db", DB) is None
    with pytest.raises(OutsideFailed, match=r"db\.enc\.yaml cannot be decrypted: no key"):
        place.find("db", SopsSecret(file="db.enc.yaml", key="other"))


# ------------------------------------------------------------------------------------------ all commands


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "flyteops.yaml": SETTINGS, "pipelines/all.yaml": PIPELINE, "src/work.py": WORK, ".gitignore": ".flyteops/\n",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    file_of(tmp_path, f"DB={CANARY}2\n")
    return tmp_path


def command(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FLYTEOPS_SECRET_HF_TOKEN": CANARY}
    environment.pop("CI", None)
    return subprocess.run(
        [sys.executable, "-m", "flyteops", *words],
        cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_no_command_shows_or_keeps_a_value(project: Path) -> None:
    words = [
        "validate", "doctor", "explain task/use", "plan -o json", "apply -y", "status", "history", "show task/use",
        "render task/use --out rendered", "run task/use -o json", "test told",
    ]  # fmt: skip
    for each in words:
        done = command(project, *each.split())
        assert done.returncode == 0, (each, done.stdout, done.stderr)
        for form in spelt(CANARY):
            assert form.decode() not in done.stdout + done.stderr, each
    kept = [path for path in project.rglob("*") if path.is_file() and path.name != "secrets.env"]
    for form in spelt(CANARY):
        assert [path for path in kept if form in path.read_bytes()] == []
    rendered = "".join(path.read_text() for path in (project / "rendered").iterdir())
    assert "secretKeyRef:" in rendered


def test_the_project_s_own_tests(project: Path) -> None:
    done = command(project, "test", "--junit", "report.xml")
    assert done.returncode == 6
    assert "output o0.b: expected 3, got 2" in done.stdout
    assert done.stdout.rstrip().endswith("1 of 2 tests failed")
    report = (project / "report.xml").read_text()
    assert '<testsuite name="churn" tests="2" failures="1"' in report
    assert '<failure message="output o0.b: expected 3, got 2">' in report
    nearest = command(project, "test", "tolt")
    assert (nearest.returncode, nearest.stderr.splitlines()[:2]) == (
        4,
        ['error[FO372]: there is no test "tolt" in this project', "  = help: nearest: told"],
    )


# ------------------------------------------------------------------------------------------------ testing


def test_a_run_with_plain_values(project: Path) -> None:
    assert testing.run("task/swap", {"pairs": {"a": 1}}, project=project).output == {"a": 1}
    ran = testing.run("use", project=project, secrets={"hf-token": "x", "db": "y"})
    assert ran.outputs == {"o0": 9}
    with pytest.raises(InvalidProject):
        testing.run("task/swap", {"pairs": 1}, project=project)


def test_a_context_for_functions() -> None:
    with testing.context(secrets={"hf-token": "x"}) as run:
        assert (secrets.get("hf-token"), current().number, Path.cwd()) == ("x", 1, Path(run.workdir))
        checkpoint.save(b"3")
        deck.add("<x>")
        assert "&lt;x&gt;" in run.deck.html()
        with pytest.raises(KeyError, match="declare it under secrets: of the task"):
            secrets.get("other")
    with testing.context(checkpoint=run.checkpoint, number=2):
        assert (checkpoint.read(), current().number) == (b"3", 2)
    assert current().run == "local"


def test_outside_of_a_run_all_of_it_answers() -> None:
    here = current()
    assert (here.number, here.scheduled_time, here.stop_requested) == (1, None, False)
    here.progress(0.5, "half")
    with pytest.raises(ValueError, match="a fraction from 0 to 1"):
        here.progress(50)
    alone = Checkpoint()
    assert alone.restore() is None
    alone.save(b"x")
    assert alone.read() == b"x"
    with pytest.raises(KeyError, match="set FLYTEOPS_SECRET_NOWHERE"):
        secrets.get("nowhere")

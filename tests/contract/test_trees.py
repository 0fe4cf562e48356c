"""What every tree keeps, and what hostile repositories may not do."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from flyteops.adapters import file_digests, git_trees
from flyteops.adapters.file_digests import FileDigests
from flyteops.adapters.git_command import git_environment
from flyteops.adapters.git_repositories import commit_everything, new_repository, repository_of, top_of
from flyteops.adapters.git_trees import CommitTree, WorkTree, resolve
from flyteops.model.errors import InvalidProject, OutsideFailed

from .memory_tree import MemoryTree

A_SHALLOW_CLONE = "a shallow clone: HEAD~1 may lie beyond what was fetched"
FILES = {
    "flyteops.yaml": b"project: churn\n",
    "pipelines/a.yaml": b"tasks: {}\r\n",
    "src/m.py": b"\xff\x00",
    "empty": b"",
}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always", *arguments]
    environment = git_environment(os.environ) | {"GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def write(folder: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository with a project below its top, all committed."""
    top = tmp_path / "repository"
    write(top, {f"project/{path}": content for path, content in FILES.items()})
    write(top, {"other/x.yaml": b"not ours"})
    git(top, "init", "-q", "-b", "main")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "first")
    return top


@pytest.fixture
def root(top: Path) -> Path:
    return top / "project"


def fault(call: Callable[[], object]) -> tuple[str, str, str]:
    with pytest.raises(InvalidProject) as invalid:
        call()
    (only,) = invalid.value.diagnostics
    assert only.place is None
    return only.code, only.message, only.help


class Contract:
    """The promises of `ports/trees.py`, of a tree that holds FILES."""

    def test_paths_are_relative_and_sorted(self, tree):
        assert tree.paths() == ("empty", "flyteops.yaml", "pipelines/a.yaml", "src/m.py")

    def test_bytes_are_as_they_are(self, tree):
        assert {path: tree.read(path) for path in tree.paths()} == FILES

    def test_digests_are_of_the_bytes(self, tree):
        wanted = {path: hashlib.sha256(content).hexdigest() for path, content in FILES.items()}
        assert tree.digests(FILES) == tree.digests(FILES) == wanted
        assert tree.digests(("no.yaml", "pipelines", "../other/x.yaml", "")) == {}

    def test_what_is_not_there_reads_as_none(self, tree):
        for path in ("no.yaml", "pipelines", "../other/x.yaml", "/etc/passwd", "", "pipelines/../flyteops.yaml"):
            assert tree.read(path) is None

    def test_no_file_of_the_tree_is_ignored(self, tree):
        assert tree.ignored((*FILES, "no.py", "../other/x.yaml", "/etc/passwd", "src")) == frozenset()

    def test_nothing_is_irregular_or_uncommitted(self, tree):
        assert (tree.irregular(), tree.uncommitted()) == ((), ())

    def test_the_commit_is_a_full_id(self, tree):
        assert len(tree.commit) == 40


class TestMemoryTree(Contract):
    @pytest.fixture
    def tree(self):
        return MemoryTree(FILES, commit="c" * 40)


class TestWorkTree(Contract):
    @pytest.fixture
    def tree(self, root):
        return WorkTree(root)


class TestCommitTree(Contract):
    @pytest.fixture
    def tree(self, root):
        commit = resolve(root, "HEAD")
        write(root, {"flyteops.yaml": b"changed", "new.yaml": b"new"})  # the commit does not care
        shutil.rmtree(root / "pipelines")
        return CommitTree(root, commit)


class TestWorkTreeThatRecalls(TestWorkTree):
    """One that knows all its files from a command before."""

    @pytest.fixture
    def tree(self, root, kept):
        learnt(root, kept)
        return recalling(root, kept)


# ---------------------------------------------------------------------------------------- the work tree


def test_uncommitted_goes_by_content(root):
    os.utime(root / "flyteops.yaml", (1, 1))
    (root / "flyteops.yaml").chmod(0o755)
    assert WorkTree(root).uncommitted() == ()
    write(root, {"pipelines/a.yaml": b"tasks: []\r\n", "new.yaml": b""})
    (root / "src/m.py").unlink()
    assert WorkTree(root).uncommitted() == ("new.yaml", "pipelines/a.yaml", "src/m.py")
    git(root, "add", "-A")
    assert WorkTree(root).uncommitted() == ("new.yaml", "pipelines/a.yaml", "src/m.py")
    assert WorkTree(root).paths() == ("empty", "flyteops.yaml", "new.yaml", "pipelines/a.yaml")


def test_a_change_of_the_same_size_and_time_is_seen(root):
    before = (root / "flyteops.yaml").stat()
    write(root, {"flyteops.yaml": b"project: CHURN\n"})
    os.utime(root / "flyteops.yaml", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert WorkTree(root).uncommitted() == ("flyteops.yaml",)


def test_ignored_files_are_told_by_name_and_never_read(root):
    write(root, {".gitignore": b"hidden.py\ndeep/\n", "src/hidden.py": b"", "src/deep/m.py": b"", "src/new.py": b""})
    write(root, {".flyteops/m.py": b""})
    (root / "src/hidden.py").chmod(0)
    (root / "src/deep/link.py").symlink_to("m.py")
    (root / "linked").symlink_to("src/deep")
    git(root, "clone", "-q", "..", "inner")
    asked = ("src/hidden.py", "src/deep/m.py", "src/deep", "src/new.py", "src/m.py", ".flyteops/m.py", "src/none.py")
    others = ("src/deep/link.py", "linked/m.py", "inner/project/src/m.py", "src/../src/hidden.py")
    assert WorkTree(root).ignored((*asked, *others)) == {"src/hidden.py", "src/deep/m.py"}
    write(root, {"flyteops.yaml": b"changed"})
    assert CommitTree(root, resolve(root, "HEAD")).ignored(asked) == frozenset()


def test_ignored_files_and_our_own_folder_are_not_there(root):
    write(root, {".gitignore": b"*.log\n", "a.log": b"", ".flyteops/registry.db": b""})
    assert WorkTree(root).uncommitted() == (".gitignore",)
    assert WorkTree(root).read("a.log") is None


def test_before_the_first_commit(tmp_path):
    git(tmp_path, "init", "-q")
    write(tmp_path, FILES)
    tree = WorkTree(tmp_path)
    assert (tree.commit, tree.paths(), tree.uncommitted()) == (None, tuple(sorted(FILES)), tuple(sorted(FILES)))
    assert fault(lambda: resolve(tmp_path, "HEAD")) == (
        "FO502",
        f"the repository of {tmp_path} has no commit yet",
        "run git add -A && git commit",
    )


def test_what_was_read_stays(root):
    tree = WorkTree(root)
    assert tree.read("flyteops.yaml") == FILES["flyteops.yaml"]
    write(root, {"flyteops.yaml": b"changed meanwhile"})
    assert tree.read("flyteops.yaml") == FILES["flyteops.yaml"]
    assert tree.uncommitted() == ()


# ----------------------------------------------------------------------------- what an earlier command learnt


class Kept:
    """A parse cache in memory."""

    stamp = "one"

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def load(self, name: str) -> bytes | None:
        return self.files.get(name)

    def save(self, name: str, data: bytes) -> None:
        self.files[name] = data

    def described(self) -> str:
        return "here"


@pytest.fixture
def kept(monkeypatch) -> Kept:
    """Keeps what was learnt of few files, too, however young they are."""
    monkeypatch.setattr(file_digests, "_WORTH_KEEPING", 0)
    monkeypatch.setattr(file_digests, "_SETTLED_NS", -10_000_000_000)
    return Kept()


def recalling(root: Path, kept: Kept) -> WorkTree:
    tree = WorkTree(root)
    tree.recall(FileDigests(kept))
    return tree


def learnt(root: Path, kept: Kept) -> WorkTree:
    """A command that looks at everything, and keeps what it learnt."""
    tree = recalling(root, kept)
    tree.digests(tree.paths())
    tree.uncommitted()
    tree.keep()
    return tree


def unread(monkeypatch) -> None:
    def refuse(*given: object) -> bytes:
        raise AssertionError(f"{given} was read")

    monkeypatch.setattr(git_trees, "_file_bytes", refuse)
    monkeypatch.setattr(git_trees, "_file_id", refuse)


def test_a_file_that_looks_as_before_is_not_read(root, kept, monkeypatch):
    learnt(root, kept)
    unread(monkeypatch)
    tree = recalling(root, kept)
    assert tree.digests(tree.paths()) == {path: hashlib.sha256(content).hexdigest() for path, content in FILES.items()}
    assert tree.uncommitted() == ()


def test_a_commit_of_what_was_changed_is_seen_without_reading(root, kept, monkeypatch):
    write(root, {"pipelines/a.yaml": b"tasks: []\r\n"})
    assert learnt(root, kept).uncommitted() == ("pipelines/a.yaml",)
    git(root, "commit", "-qam", "changed")
    unread(monkeypatch)
    assert recalling(root, kept).uncommitted() == ()


@pytest.mark.parametrize("how", ["written in place", "another file in its place", "times set back"])
def test_a_change_is_never_missed(root, kept, how):
    """Size and time of change are as before: the kernel sets the time of the inode."""
    learnt(root, kept)
    path, new = root / "flyteops.yaml", b"project: CHURN\n"
    before = path.stat()
    if how == "another file in its place":
        path.with_name("aside").write_bytes(new)
        path.with_name("aside").replace(path)
    else:
        path.write_bytes(new)
    if how != "written in place":
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    tree = recalling(root, kept)
    assert tree.digests(["flyteops.yaml"])["flyteops.yaml"] == hashlib.sha256(new).hexdigest()
    assert tree.uncommitted() == ("flyteops.yaml",)


def test_a_file_that_may_still_be_changing_is_not_kept(root, kept, monkeypatch):
    monkeypatch.setattr(file_digests, "_SETTLED_NS", 2_000_000_000)
    os.utime(root / "empty", (1, 1))  # of no use: its inode was touched just now
    learnt(root, kept)
    assert file_digests._read(kept.files["files"]) == []


def test_few_news_are_not_written_down(root, kept, monkeypatch):
    monkeypatch.setattr(file_digests, "_WORTH_KEEPING", 99)
    learnt(root, kept)
    assert kept.files == {}


@pytest.mark.parametrize("spoilt", [b"", b"flyteops.files.v1\n", b"flyteops.files.v1\n0\nx", b"cut", b"flipped"])
def test_what_was_spoilt_is_as_good_as_nothing(root, kept, spoilt):
    learnt(root, kept)
    whole = kept.files["files"]
    flipped = whole[:-1] + bytes([whole[-1] ^ 1])
    kept.files["files"] = {b"cut": whole[:-7], b"flipped": flipped}.get(spoilt, spoilt)
    tree = recalling(root, kept)
    assert tree.digests(["flyteops.yaml"])["flyteops.yaml"] == hashlib.sha256(FILES["flyteops.yaml"]).hexdigest()
    assert file_digests._read(kept.files["files"]) == []


def test_a_file_that_changes_under_a_command_is_refused(root, kept):
    """Its digest was told from what is known; its bytes are others by now."""
    learnt(root, kept)
    tree = recalling(root, kept)
    tree.digests(["flyteops.yaml"])
    write(root, {"flyteops.yaml": b"changed meanwhile"})
    with pytest.raises(OutsideFailed) as failed:
        tree.read("flyteops.yaml")
    assert (failed.value.message, failed.value.retryable) == ("flyteops.yaml was written while it was read", True)


def test_a_repository_of_the_other_hash(tmp_path, kept):
    write(tmp_path, FILES)
    git(tmp_path, "init", "-q", "--object-format=sha256")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    assert learnt(tmp_path, kept).uncommitted() == recalling(tmp_path, kept).uncommitted() == ()


def test_links_are_never_followed(root, tmp_path):
    (tmp_path / "outside").mkdir()
    write(tmp_path, {"outside/secret.yaml": b"secret"})
    (root / "pipelines/link.yaml").symlink_to("/etc/passwd")
    (root / "pipelines/up").symlink_to("../..")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "links")
    tree = WorkTree(root)
    assert tree.irregular() == ("pipelines/link.yaml", "pipelines/up")
    assert (tree.read("pipelines/link.yaml"), tree.uncommitted()) == (None, ())
    committed = CommitTree(root, resolve(root, "HEAD"))
    assert (committed.irregular(), committed.read("pipelines/up")) == (tree.irregular(), None)
    (root / "pipelines/up").unlink()
    (root / "pipelines/up").symlink_to("elsewhere")
    assert WorkTree(root).uncommitted() == ("pipelines/up",)


def test_a_folder_that_became_a_link_is_not_followed(root, tmp_path):
    (root / "pipelines").rename(tmp_path / "moved")
    (root / "pipelines").symlink_to(tmp_path / "moved")
    tree = WorkTree(root)
    assert tree.read("pipelines/a.yaml") is None
    assert "pipelines/a.yaml" in tree.uncommitted()


def test_submodules_and_embedded_repositories_are_irregular(root, top, tmp_path):
    shutil.copytree(top, tmp_path / "copy")
    git(root, "submodule", "--quiet", "add", str(tmp_path / "copy"), "sub")
    git(root, "commit", "-qm", "sub")
    git(root, "init", "-q", "inner")
    write(root, {"inner/a.yaml": b"inner"})
    git(root / "inner", "add", "-A")
    git(root / "inner", "commit", "-qm", "inner")
    tree = WorkTree(root)
    assert tree.irregular() == ("inner", "sub")
    assert tree.uncommitted() == ("inner",)
    assert CommitTree(root, resolve(root, "HEAD")).irregular() == ("sub",)


def test_names_that_cannot_be_shown_are_irregular_and_escaped(root):
    (root / "evil\n::error::x.yaml").write_bytes(b"x")
    (Path(os.fsdecode(os.fsencode(root) + b"/\xff.yaml"))).write_bytes(b"x")
    write(root, {"-dash.yaml": b"dash", "größe ✓.yaml": b"fine"})
    git(root, "add", "-A")
    git(root, "commit", "-qm", "names")
    for tree in (WorkTree(root), CommitTree(root, resolve(root, "HEAD"))):
        assert tree.irregular() == ("\\xff.yaml", "evil\\n::error::x.yaml")
        assert (tree.read("-dash.yaml"), tree.read("größe ✓.yaml")) == (b"dash", b"fine")
        assert tree.uncommitted() == ()


def test_attributes_change_no_byte(root):
    write(root, {"a.yaml": b"one\r\ntwo $Id$\n", ".gitattributes": b"*.yaml ident export-ignore -text\n"})
    git(root, "add", "-A")
    git(root, "commit", "-qm", "attributes")
    for tree in (WorkTree(root), CommitTree(root, resolve(root, "HEAD"))):
        assert tree.read("a.yaml") == b"one\r\ntwo $Id$\n"


def test_a_file_that_is_too_large(root, monkeypatch):
    monkeypatch.setattr(git_trees, "MOST_BYTES", 1 << 20)
    write(root, {"big.yaml": b"x" * ((1 << 20) + 1)})
    git(root, "add", "-A")
    git(root, "commit", "-qm", "big")
    told = ("FO507", "big.yaml is larger than 1 MiB")
    committed = CommitTree(root, resolve(root, "HEAD"))
    assert fault(lambda: WorkTree(root).read("big.yaml"))[:2] == told
    assert fault(lambda: committed.read("big.yaml"))[:2] == told
    assert committed.read("flyteops.yaml") == FILES["flyteops.yaml"]


def test_many_blobs_come_from_one_process(root):
    write(root, {f"many/{at:04}.yaml": f"{at}\n".encode() * at for at in range(1200)})
    git(root, "add", "-A")
    git(root, "commit", "-qm", "many")
    tree = CommitTree(root, resolve(root, "HEAD"))
    assert all(tree.read(f"many/{at:04}.yaml") == f"{at}\n".encode() * at for at in range(1200))


# --------------------------------------------------------------------------------- hostile repositories


@pytest.mark.parametrize(
    "setting", ["core.fsmonitor", "core.hooksPath", "filter.x.clean", "filter.x.smudge", "diff.x.textconv"]
)
def test_a_supplied_configuration_runs_nothing(root, top, tmp_path, setting):
    planted, canary = tmp_path / "planted", tmp_path / "canary"
    planted.mkdir()
    script = planted / "post-index-change"
    script.write_text(f"#!/bin/sh\ntouch {canary}\ncat\n")
    script.chmod(0o755)
    write(root, {".gitattributes": b"* filter=x diff=x\n"})
    git(root, "add", "-A")
    git(root, "commit", "-qm", "attributes")
    git(root, "config", setting, str(planted if setting.endswith("Path") else script))
    write(root, {"flyteops.yaml": b"project: other\n"})
    os.utime(root / "src/m.py", (1, 1))
    for tree in (WorkTree(root), CommitTree(root, resolve(root, "HEAD~1"))):
        [tree.read(path) for path in tree.paths()]
        tree.uncommitted()
    assert not canary.exists()


def test_replace_refs_are_ignored(root):
    write(root, {"flyteops.yaml": b"project: other\n"})
    git(root, "commit", "-qam", "second")
    second, first = git(root, "rev-parse", "HEAD", "HEAD~1").split()
    git(root, "replace", second, first)
    assert resolve(root, "HEAD") == second
    assert CommitTree(root, second).read("flyteops.yaml") == b"project: other\n"
    blobs = git(root, "rev-parse", f"{first}:project/flyteops.yaml").split()
    git(root, "replace", git(root, "hash-object", "flyteops.yaml").strip(), *blobs)
    assert CommitTree(root, second).read("flyteops.yaml") == b"project: other\n"


def test_the_environment_of_a_hook_is_ignored(root, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    assert WorkTree(root).uncommitted() == ()


# --------------------------------------------------------------------------------------------- refs


def test_refs_resolve_to_full_ids(root):
    write(root, {"flyteops.yaml": b"project: other\n"})
    git(root, "commit", "-qam", "second")
    git(root, "tag", "-a", "v1", "-m", "v1")
    git(root, "branch", 'x";id>x;"')
    second, first = git(root, "rev-parse", "HEAD", "HEAD~1").split()
    assert resolve(root, "HEAD~1") == first
    assert [resolve(root, ref) for ref in ("HEAD", "main", "v1", 'x";id>x;"', second, second[:8])] == [second] * 6


@pytest.mark.parametrize("ref", ["--all", "-n1", "", "a\nb", "a\0b"])
def test_refs_that_are_not_acceptable(root, ref):
    assert fault(lambda: resolve(root, ref)) == (
        "FO504",
        f"{ref!r} does not name a commit: a ref has at least one character, none of control, and no leading dash",
        "give a full commit id, or a full name such as refs/heads/main",
    )


def test_a_ref_that_is_a_branch_and_a_tag(root):
    git(root, "tag", "main")
    assert fault(lambda: resolve(root, "main"))[:2] == (
        "FO504",
        "'main' does not name a commit: it is both a branch and a tag",
    )
    assert resolve(root, "refs/heads/main") == resolve(root, "HEAD")


@pytest.mark.parametrize("ref", ["nope", "HEAD~9", "HEAD:project", "0" * 40, "main..main"])
def test_refs_that_are_not_there(root, ref):
    assert fault(lambda: resolve(root, ref)) == (
        "FO503",
        f"the repository of {root} has no commit {ref!r}",
        "see git log and git branch --all; run git fetch when it is only on the remote",
    )


# ------------------------------------------------------------------------------- repositories that fail


def test_not_a_repository(tmp_path):
    told = (
        "FO501",
        f"{tmp_path} is not in the work tree of a git repository",
        "run git init there and commit, or go to the project's folder with -C DIR",
    )
    assert fault(lambda: WorkTree(tmp_path).paths()) == told
    assert fault(lambda: WorkTree(tmp_path).commit) == told
    assert fault(lambda: resolve(tmp_path, "HEAD")) == told


def test_a_bare_repository_has_no_work_tree(top, tmp_path):
    git(tmp_path, "clone", "-q", "--bare", str(top), "bare.git")
    assert fault(lambda: WorkTree(tmp_path / "bare.git").commit)[0] == "FO501"


def test_git_is_not_installed(root, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OutsideFailed) as failed:
        WorkTree(root).paths()
    assert (failed.value.message, failed.value.way_out) == (
        "git is not installed",
        "install it: apt install git, or brew install git",
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_repository_of_somebody_else(root, top):
    shutil.chown(top, 12345)
    shutil.chown(top / ".git", 12345)
    assert fault(lambda: WorkTree(root).paths()) == (
        "FO505",
        f"git does not read {root}: the repository belongs to another user",
        "if you trust it, run git config --global --add safe.directory with the repository's folder",
    )


def test_a_shallow_clone_says_so(root, top, tmp_path):
    write(root, {"flyteops.yaml": b"project: other\n"})
    git(root, "commit", "-qam", "second")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{top}", "shallow")
    shallow = tmp_path / "shallow" / "project"
    assert WorkTree(shallow).uncommitted() == ()
    assert fault(lambda: resolve(shallow, "HEAD~1")) == (
        "FO506",
        f"objects are missing in the repository of {shallow}, which is {A_SHALLOW_CLONE}",
        "run git fetch --unshallow (in CI: fetch-depth: 0)",
    )


def test_a_partial_clone_says_so_and_fetches_nothing(root, top, tmp_path):
    git(top, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{top}", "partial")
    partial = tmp_path / "partial" / "project"
    partial.mkdir()
    tree = CommitTree(partial, resolve(partial, "HEAD"))
    code, message, way_out = fault(lambda: tree.read("flyteops.yaml"))
    assert (code, way_out) == ("FO506", "run git fetch --refetch --no-filter")
    assert message.startswith(f"objects are missing in the repository of {partial}, which is a partial clone: ")


def test_a_damaged_repository_says_so(root, top):
    blob = git(root, "rev-parse", "HEAD:project/flyteops.yaml").strip()
    (top / ".git/objects" / blob[:2] / blob[2:]).unlink()
    tree = CommitTree(root, resolve(root, "HEAD"))
    assert fault(lambda: tree.read("flyteops.yaml")) == (
        "FO506",
        f"objects are missing in the repository of {root}, which is damaged: object {blob} is missing",
        "run git fsck, then fetch the repository again",
    )


# ----------------------------------------------------------------------------- repositories by GitPython


def test_a_new_repository_needs_no_identity(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    folder = tmp_path / "new"
    write(folder, FILES | {".gitignore": b"empty\n"})
    first = new_repository(folder, message="First")
    write(folder, {"more.yaml": b""})
    second = commit_everything(folder, message="Second")
    assert resolve(folder, "HEAD") == second
    assert resolve(folder, "HEAD~1") == first
    tree = CommitTree(folder, second)
    assert tree.paths() == (".gitignore", "flyteops.yaml", "more.yaml", "pipelines/a.yaml", "src/m.py")
    assert WorkTree(folder).uncommitted() == ()
    assert not (tmp_path / "elsewhere").exists()


def test_what_doctor_says_of_a_repository(root, top, tmp_path):
    git(root, "remote", "add", "origin", "https://ann:secret@example.org/churn.git")
    found = repository_of(root)
    assert found is not None
    assert (found.top, found.branch, found.remote) == (top, "main", "https://***@example.org/churn.git")
    git(root, "checkout", "-q", "--detach")
    assert repository_of(root).branch is None
    assert (top_of(tmp_path), repository_of(tmp_path)) == (None, None)

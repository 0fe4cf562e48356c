"""The two trees of a project: its work tree and the blobs of a commit, read by plain `git` processes.

A plan costs at most three of them. No checkout, no filter, no hook, no network; symlinks are never followed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

from flyteops.adapters.ahead import Ahead
from flyteops.adapters.file_digests import Digests, FileDigests, look
from flyteops.adapters.git_command import git_fault, is_shallow, missing_objects, read_blobs, run_git
from flyteops.adapters.git_listing import (
    FULL_ID,
    LINK,
    OWN_FOLDER,
    SUBMODULE,
    Entries,
    bad_ref,
    entries_of,
    list_files,
    list_tree,
    names_of,
)
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.digest import sha256_hex
from flyteops.model.errors import InvalidProject, OutsideFailed

MOST_BYTES = 64 << 20  # a file that is read at all; declarations and code are a thousand times smaller
# Read together on the first demand for one of them: they are all read in every plan.
_ALWAYS_READ = (".yaml", ".py")


_Listed = tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]
"""Regular files and irregular ones, both sorted, and what each regular one looked like."""


def resolve(root: Path, ref: str) -> str:
    """The full id of the commit that `ref` names in the repository of `root`."""
    if not ref or ref.startswith("-") or any(letter < " " or letter == "\x7f" for letter in ref):
        raise InvalidProject([bad_ref(ref, "a ref has at least one character, none of control, and no leading dash")])
    done = run_git(root, "rev-parse", "--verify", "--end-of-options", ref + "^{commit}")
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode == 0 and not FULL_ID.fullmatch(ref) and "is ambiguous" in said:
        raise InvalidProject([bad_ref(ref, "it is both a branch and a tag")])
    if done.returncode == 0:
        return done.stdout.decode("ascii").strip()
    if "Needed a single revision" not in said and "ambiguous" not in said:
        raise git_fault(root, said)
    if run_git(root, "rev-parse", "--verify", "--quiet", "HEAD").returncode:
        raise InvalidProject([no_commit_yet(root)])
    if is_shallow(root):
        raise InvalidProject([missing_objects(root, f"{ref} may lie beyond what was fetched")])
    raise InvalidProject([_unknown_ref(root, ref)])


class WorkTree:
    """The files of a project as they lie on disk: tracked, and untracked but not ignored.

    Bytes once read stay the same for the life of the tree, so that validate, plan and the digest of what was
    read agree whatever an editor does meanwhile. So do digests: a file of which an earlier command knows the digest
    need not be read for it, and one that is read after all, and is another by then, is refused.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._below = f"{root}/"
        self._read: dict[str, bytes | None] = {}
        self._digests = FileDigests()
        self._told: set[str] = set()
        """Files whose digests were told without reading."""
        self._learnt = 0
        self._files: Callable[[], bytes] = lambda: list_files(root)
        self._blobs: Callable[[], bytes] = self._list_blobs
        """What git lists: the files, and the blobs of the commit."""

    def begin(self) -> None:
        """Lets git list the files and the commit while the caller imports what it needs for a plan."""
        self._files, self._blobs = Ahead(self._files).result, Ahead(self._blobs).result

    def recall(self, digests: FileDigests) -> None:
        """Believes what an earlier command knows of files that look as they did."""
        self._digests = digests

    def keep(self) -> None:
        """Writes down what this command learnt, for the next one that recalls it."""
        self._digests.keep(self._looks, self._known, learnt=self._learnt)

    @cached_property
    def commit(self) -> str | None:
        """Full id of HEAD, or None before the first commit."""
        done = run_git(self._root, "rev-parse", "--is-inside-work-tree", "HEAD")
        said = done.stdout.split()
        if said[:1] != [b"true"]:
            raise git_fault(self._root, done.stderr.decode("utf-8", "replace") or "fatal: not a git repository")
        return said[1].decode("ascii") if done.returncode == 0 else None

    def paths(self) -> tuple[str, ...]:
        """Every regular file, sorted."""
        return self._listed[0]

    def irregular(self) -> tuple[str, ...]:
        """Symlinks, submodules, embedded repositories, and names that are not UTF-8 (escaped)."""
        return self._listed[1]

    def ignored(self, paths: Iterable[str]) -> frozenset[str]:
        """Those that lie there as regular files, and are neither listed nor below what is irregular."""
        return frozenset(path for path in paths if self._is_ignored(path))

    def _is_ignored(self, path: str) -> bool:
        if path in self._looks or path.startswith(OWN_FOLDER) or ".." in path.split("/"):
            return False
        found = self._stat(path, {"": False})
        beside = any(path == each or path.startswith(each + "/") for each in self.irregular())
        return isinstance(found, os.stat_result) and stat.S_ISREG(found.st_mode) and not beside

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None when the tree has no such regular file."""
        if path not in self._read:
            data = _file_bytes(self._root, path) if path in self._looks else None
            if path in self._told and self._known[path].content != sha256_hex(data or b""):
                raise _changed_meanwhile(path)
            self._read[path] = data
        return self._read[path]

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        """SHA-256 of the bytes of each of the paths that is a regular file of the tree."""
        found: dict[str, str] = {}
        for path in paths:
            known = self._known.get(path)
            if known is not None and known.content and path not in self._read:
                self._told.add(path)
                found[path] = known.content
            elif (data := self.read(path)) is not None:
                found[path] = sha256_hex(data)
                self._learn(path, content=found[path])
        return found

    def _learn(self, path: str, **found: str) -> None:
        self._known[path] = self._known.get(path, Digests())._replace(**found)
        self._learnt += 1

    def uncommitted(self) -> tuple[str, ...]:
        """Paths whose bytes differ from the commit's, by content; deleted and untracked ones too."""
        return self._uncommitted

    @property
    def holds_own_folder(self) -> bool:
        """Whether the commit has files in the folder where this tool keeps its own."""
        return self._committed[1]

    @cached_property
    def _committed(self) -> Entries:
        return entries_of(self._blobs())

    def _list_blobs(self) -> bytes:
        return list_tree(self._root, self.commit) if self.commit is not None else b""

    @cached_property
    def _known(self) -> dict[str, Digests]:
        """Digests of the files that look as they did, and of those that were read."""
        return self._digests.of(self._looks)

    @property
    def _looks(self) -> dict[str, str]:
        """What each regular file looked like when the tree was listed."""
        return self._listed[2]

    @cached_property
    def _listed(self) -> _Listed:
        regular: dict[str, str] = {}
        irregular = set()
        linked_folders: dict[str, bool] = {"": False}
        for path, readable in names_of(self._files()):
            if path.startswith(OWN_FOLDER):
                continue
            found = self._stat(path.rstrip("/"), linked_folders) if readable else True
            if isinstance(found, os.stat_result) and stat.S_ISREG(found.st_mode):
                regular[path] = look(found)
            elif found is not None:
                irregular.add(path.rstrip("/"))
        return tuple(sorted(regular)), tuple(sorted(irregular)), regular

    def _stat(self, path: str, linked_folders: dict[str, bool]) -> os.stat_result | bool | None:
        """How the file lies there, True for one behind a linked folder, None when it is gone."""
        folder = path.rpartition("/")[0]
        behind = linked_folders.get(folder)
        if behind or (behind is None and self._behind_link(folder, linked_folders)):
            return True
        try:
            return os.lstat(self._below + path)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _behind_link(self, folder: str, known: dict[str, bool]) -> bool:
        if folder not in known:
            known[folder] = (
                self._behind_link(folder.rpartition("/")[0], known) or Path(f"{self._root}/{folder}").is_symlink()
            )
        return known[folder]

    @cached_property
    def _uncommitted(self) -> tuple[str, ...]:
        if self.commit is None:
            return tuple(sorted({*self.paths(), *self.irregular()}))
        committed, _ = self._committed
        irregular = set(self.irregular())
        differing = [path for path in self.paths() if not self._is_committed(path, committed.get(path))]
        differing += [path for path in irregular if not self._is_same_link(path, committed.get(path))]
        differing += [path for path in committed if path not in self._looks and path not in irregular]
        return tuple(sorted(set(differing)))

    def _is_committed(self, path: str, committed: tuple[str, str] | None) -> bool:
        if committed is None or committed[0] in (LINK, SUBMODULE):
            return False
        like = committed[1]
        data = self._read.get(path)
        known = self._known.get(path) if data is None else None
        blob = known.blob if known is not None else ""
        if len(blob) != len(like):
            blob = _file_id(self._root / path, like) if data is None else _blob_id(data, like)
            self._learn(path, blob=blob)
        return like == blob

    def _is_same_link(self, path: str, committed: tuple[str, str] | None) -> bool:
        if committed is None or committed[0] not in (LINK, SUBMODULE):
            return False
        try:
            target = os.fsencode((self._root / path).readlink())
        except OSError:  # a submodule, or a name that is shown escaped: never read, so nothing can differ
            return True
        return committed[1] == _blob_id(target, committed[1])


class CommitTree:
    """The files of a project as a commit has them, straight from git's object database."""

    def __init__(self, root: Path, commit: str) -> None:
        self._root = root
        self._commit = commit
        self._blobs: dict[str, bytes | None] = {}

    @property
    def commit(self) -> str | None:
        """The commit's full id."""
        return self._commit

    def paths(self) -> tuple[str, ...]:
        """Every regular file, sorted."""
        return self._listed[0]

    def irregular(self) -> tuple[str, ...]:
        """Symlinks, submodules, and names that are not UTF-8 (escaped)."""
        return self._listed[1]

    def ignored(self, paths: Iterable[str]) -> frozenset[str]:
        """None: a commit knows nothing of what lies beside it."""
        del paths
        return frozenset()

    def read(self, path: str) -> bytes | None:
        """The blob's bytes, or None when the commit has no such regular file."""
        found = self._entries.get(path)
        if found is None or found[0] in (LINK, SUBMODULE):
            return None
        if found[1] not in self._blobs:
            self._fetch(self._asked_with(path))
        content = self._blobs[found[1]]
        if content is None:
            raise InvalidProject([_too_large(path)])
        return content

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        """SHA-256 of the bytes of each of the paths that is a regular file of the commit."""
        return {path: sha256_hex(data) for path in paths if (data := self.read(path)) is not None}

    def uncommitted(self) -> tuple[str, ...]:
        """Nothing: this is the commit."""
        return ()

    def _asked_with(self, path: str) -> set[str]:
        """Ids to fetch in one process: those of all files that are always read, or of this one alone."""
        paths = [path]
        if path.endswith(_ALWAYS_READ):
            paths = [each for each in self._listed[0] if each.endswith(_ALWAYS_READ)]
        return {self._entries[each][1] for each in paths}

    def _fetch(self, ids: set[str]) -> None:
        wanted = sorted(ids - self._blobs.keys())
        self._blobs.update(read_blobs(self._root, wanted, most_bytes=MOST_BYTES))

    @cached_property
    def _entries(self) -> dict[str, tuple[str, str]]:
        return entries_of(list_tree(self._root, self._commit))[0]

    @cached_property
    def _listed(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        irregular = [path for path, (mode, _) in self._entries.items() if mode in (LINK, SUBMODULE)]
        regular = [path for path, (mode, _) in self._entries.items() if mode not in (LINK, SUBMODULE)]
        return tuple(sorted(regular)), tuple(sorted(irregular))


def _file_bytes(root: Path, path: str) -> bytes | None:
    try:
        opened = os.open(f"{root}/{path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as failed:
        raise _unreadable(path, failed) from failed
    # Unbuffered, and bounded by the size: a read of "at most 64 MiB" would set aside as much for every small file.
    with os.fdopen(opened, "rb", buffering=0) as file:
        if os.fstat(opened).st_size > MOST_BYTES:
            raise InvalidProject([_too_large(path)])
        try:
            return file.read()
        except OSError as failed:
            raise _unreadable(path, failed) from failed


def _hasher(size: int, like: str) -> hashlib._Hash:
    header = f"blob {size}\0".encode("ascii")
    return hashlib.sha1(header, usedforsecurity=False) if len(like) == 40 else hashlib.sha256(header)


def _blob_id(content: bytes, like: str) -> str:
    """The id git gives these bytes, by the hash that the id `like` was made with."""
    hasher = _hasher(len(content), like)
    hasher.update(content)
    return hasher.hexdigest()


def _file_id(path: Path, like: str) -> str:
    """The id of a file's bytes, read in pieces: data of any size may lie in the tree."""
    try:
        with path.open("rb") as file:
            hasher = _hasher(os.fstat(file.fileno()).st_size, like)
            while piece := file.read(1 << 20):
                hasher.update(piece)
    except FileNotFoundError:
        return ""
    except OSError as failed:
        raise _unreadable(str(path), failed) from failed
    return hasher.hexdigest()


def no_commit_yet(root: Path) -> Diagnostic:
    """FO502: there is nothing that could be applied."""
    return Diagnostic(
        code="FO502",
        message=f"the repository of {root} has no commit yet",
        place=None,
        help="run git add -A && git commit",
    )


def _unknown_ref(root: Path, ref: str) -> Diagnostic:
    return Diagnostic(
        code="FO503",
        message=f"the repository of {root} has no commit {ref!r}",
        place=None,
        help="see git log and git branch --all; run git fetch when it is only on the remote",
    )


def _too_large(path: str) -> Diagnostic:
    return Diagnostic(
        code="FO507",
        message=f"{path} is larger than {MOST_BYTES >> 20} MiB",
        place=None,
        help="keep data out of git: put it into the store and give its URI as an input",
    )


def _changed_meanwhile(path: str) -> OutsideFailed:
    return OutsideFailed(
        "file system", f"{path} was written while it was read", retryable=True, way_out="run the command again"
    )


def _unreadable(path: str, failed: OSError) -> OutsideFailed:
    return OutsideFailed(
        "file system", f"{path} cannot be read: {failed.strerror}", retryable=False, way_out="see its owner and mode"
    )

"""The three places of secrets on a laptop: a variable, a private file, and what sops decrypts. Never writes one."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.errors import InvalidProject, OutsideFailed
from flyteops.model.surroundings import SecretSource, SopsSecret

FILE = ".flyteops/secrets.env"
_PREFIX = "FLYTEOPS_SECRET_"
_PATIENCE_S = 60
"""A key service may ask its user to log in; longer means that nobody is there."""


def variable_of(secret: str) -> str:
    """`hf-token` as `HF_TOKEN`."""
    return secret.upper().replace("-", "_")


class VariableSecrets:
    """`FLYTEOPS_SECRET_HF_TOKEN` of the environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def way(self, secret: str, source: SecretSource) -> str:  # noqa: ARG002 - the port's signature
        """Set the variable."""
        return f"set the variable {_PREFIX}{variable_of(secret)}"

    def find(self, secret: str, source: SecretSource) -> str | None:  # noqa: ARG002
        """Its value."""
        return self._environ.get(_PREFIX + variable_of(secret))


class FileSecrets:
    """`.flyteops/secrets.env`, lines of NAME=value; refused unless only its owner can read it and git ignores it."""

    def __init__(self, root: Path, *, ignored: Callable[[Path], bool]) -> None:
        self._path = root / FILE
        self._ignored = ignored
        self._values: dict[str, str] | None = None

    def way(self, secret: str, source: SecretSource) -> str:  # noqa: ARG002
        """Write a line."""
        return f"write {variable_of(secret)}=… into {FILE} (mode 0600, ignored by git)"

    def find(self, secret: str, source: SecretSource) -> str | None:  # noqa: ARG002
        """The value of its line."""
        if self._values is None:
            self._values = self._read()
        return self._values.get(variable_of(secret))

    def _read(self) -> dict[str, str]:
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _refused(f"{FILE} cannot be read: {error.strerror}", "put the file itself there, no link") from None
        with os.fdopen(handle, encoding="utf-8", errors="strict") as file:
            mode = os.fstat(handle).st_mode
            if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & 0o077:
                raise _refused(f"{FILE} can be read by others: its mode is {stat.S_IMODE(mode):04o}",
                               f"chmod 600 {FILE}")  # fmt: skip
            if not self._ignored(self._path):
                raise _refused(f"git does not ignore {FILE}", "add the line .flyteops/ to .gitignore")
            try:
                lines = file.read().splitlines()
            except UnicodeDecodeError:
                raise _refused(f"{FILE} is not UTF-8", "write it anew as UTF-8") from None
        return dict(_pair(number, line) for number, line in enumerate(lines, 1) if line.strip() and line[:1] != "#")


def _pair(number: int, line: str) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    name, value = name.strip().removeprefix(_PREFIX), value.strip()
    if not equals or not name.replace("-", "_").isidentifier():
        # The line is never shown: whatever it is, it may be a secret.
        place = Place(path=FILE, line=number, column=1, end_line=number, end_column=2)
        raise InvalidProject(
            [
                Diagnostic(
                    code="FO371",
                    message=f"line {number} of {FILE} is not NAME=value",
                    place=None,
                    help=f"correct {place.path}:{place.line}; a remark begins with #",
                )
            ]
        )
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return variable_of(name), value


def _refused(message: str, way_out: str) -> InvalidProject:
    return InvalidProject([Diagnostic(code="FO371", message=message, place=None, help=way_out)])


class SopsSecrets:
    """What `sops` decrypts of a file of the project, when it is installed; into memory, never to a file."""

    def __init__(self, root: Path, *, program: str | None) -> None:
        self._root = root
        self._program = program

    def way(self, secret: str, source: SecretSource) -> str:  # noqa: ARG002
        """Install sops, where the secret is one of its own."""
        if not isinstance(source, SopsSecret):
            return ""
        return "install sops" if self._program is None else f"make sops able to decrypt {source.file}"

    def find(self, secret: str, source: SecretSource) -> str | None:
        """The value that stands at the key; OutsideFailed when sops cannot give it."""
        if not isinstance(source, SopsSecret) or self._program is None:
            return None
        key = "".join(f'["{part}"]' for part in source.key.split("."))
        try:
            done = subprocess.run(
                [self._program, "-d", "--extract", key, str(self._root / source.file)],
                cwd=self._root,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PATIENCE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise OutsideFailed("sops", f"secret {secret}: {type(error).__name__}", retryable=True) from None
        if done.returncode:
            words = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise OutsideFailed(
                "sops",
                f"secret {secret}: {source.file} cannot be decrypted: {words[-1][:200] if words else done.returncode}",
                retryable=False,
                way_out=f"see whether `sops -d {source.file}` works by itself",
            )
        return done.stdout.decode("utf-8", "replace")

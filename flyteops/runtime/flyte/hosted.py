"""The surroundings of an attempt as code of Flyte asks for them, with flytekit and without."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

from flyteops.surroundings import Checkpoint, Deck, Secrets

if TYPE_CHECKING:
    from pathlib import Path


class HostedSecrets:
    """`secrets.get(group, key)` and `secrets.GROUP.KEY`, out of the secrets that the task declares.

    A secret is called after its key, or after group and key together where that is declared."""

    def __init__(self, secrets: Secrets, group: str | None = None) -> None:
        self._secrets = secrets
        self._group = group

    def get(
        self,
        group: str | None = None,
        key: str | None = None,
        group_version: str | None = None,
        encode_mode: str = "r",
    ) -> Any:
        """The value: text, or bytes in the mode `rb`."""
        del group_version
        value = self._found(group, key)
        return value.encode() if "b" in encode_mode else value

    def get_secrets_file(
        self, group: str | None = None, key: str | None = None, group_version: str | None = None
    ) -> str:
        """The path of the file that shows the secret."""
        del group_version
        return str(self._secrets.path(_names(group, key)[-1]))

    def _found(self, group: str | None, key: str | None) -> str:
        names = _names(group, key)
        for name in names:
            try:
                return self._secrets.get(name)
            except KeyError:
                continue
        try:
            return self._secrets.get(names[-1])
        except KeyError as error:
            raise ValueError(str(error.args[0])) from None  # what Flyte raises

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return HostedSecrets(self._secrets, name) if self._group is None else self._found(self._group, name)


def _names(group: str | None, key: str | None) -> list[str]:
    """The names a secret may be declared by, with the dashes of our names; the plainest last."""
    last = key or group
    if not last:
        raise ValueError("a secret is asked for by its key")
    both = [f"{group}-{key}"] if group and key else []
    return list(dict.fromkeys(spelt for name in (*both, last) for spelt in (name, name.lower().replace("_", "-"))))


class HostedCheckpoint:
    """Flyte's words for the checkpoint of an attempt."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint

    def prev_exists(self) -> bool:
        """Whether something was saved."""
        return self._checkpoint.restore() is not None

    def restore(self, path: str | os.PathLike[str] | None = None) -> Path | None:
        """What was saved last, copied below a folder where one is given."""
        found = self._checkpoint.restore()
        if found is None or path is None:
            return found
        import shutil
        from pathlib import Path

        target = Path(path)
        target.mkdir(parents=True, exist_ok=True)
        if found.is_dir():
            shutil.copytree(found, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(found, target / found.name)
        return target

    def save(self, cp: str | os.PathLike[str] | IO[bytes]) -> None:
        """Keeps a file, a folder, or what an open file has."""
        self._checkpoint.save(cp if isinstance(cp, str | os.PathLike) else cp.read())

    def read(self) -> bytes | None:
        """The bytes that were saved last."""
        return self._checkpoint.read()

    def write(self, b: bytes) -> None:
        """Keeps bytes."""
        self._checkpoint.save(b)


def keep_decks(decks: Iterable[Any], deck: Deck) -> None:
    """Adds the pages that code of Flyte made to that of the attempt."""
    for each in decks:
        if each.html:
            deck.add(each.html, tab=str(each.name), raw=True)

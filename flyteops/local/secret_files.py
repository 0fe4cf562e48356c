"""The folder of secrets that tasks of one run see as files: in memory where the machine has such a place, and gone with
the run, whatever became of the workers."""

from __future__ import annotations

import os
import shutil
import tempfile

IN_MEMORY = "/dev/shm"  # noqa: S108 - a folder of the run's own is made below it


class SecretFolder:
    """Made when it is first asked for; only its owner may look into it."""

    def __init__(self) -> None:
        self._made = ""

    @property
    def folder(self) -> str:
        """Its path."""
        if not self._made:
            where = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
            self._made = tempfile.mkdtemp(prefix="flyteops-secrets-", dir=where)
        return self._made

    def remove(self) -> None:
        """Takes it away with all that is in it."""
        if self._made:
            shutil.rmtree(self._made, ignore_errors=True)
            self._made = ""

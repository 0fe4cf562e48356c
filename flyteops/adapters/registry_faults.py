"""What an embedded registry says when a rule or the outside stops it: one function a refusal."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from flyteops.model.errors import OutsideFailed, Refused
from flyteops.model.state import Revision
from flyteops.ports.store import StoreFailed


def newer_registry(path: object, *, written: int, known: int) -> Refused:
    """FO711: a newer tool has migrated the file."""
    return Refused(
        "FO711",
        f"the registry {path} has schema version {written}; this flyteops knows versions up to {known}",
        protects="what the newer version recorded",
        way_out="upgrade flyteops",
    )


def not_a_registry(path: object, why: str) -> Refused:
    """FO712: the file cannot be trusted."""
    return Refused(
        "FO712",
        f"{path} cannot be used as a registry: {why}",
        protects="the record of what was applied; nothing was written",
        way_out="restore the file from a backup, or name another one in registry: of flyteops.yaml",
    )


def lease_held(name: str, holder: str, *, until: str) -> Refused:
    """FO713: one apply at a time."""
    return Refused(
        "FO713",
        f"{holder} is applying to {name} and holds the lease until {until}",
        protects="one apply at a time in a domain",
        way_out="wait until then and run the command again; a lease whose holder died ends by itself",
    )


def lease_lost(name: str, holder: str) -> Refused:
    """FO714: a superseded holder writes nothing."""
    now = f"{holder} holds it now" if holder else "nobody holds it now"
    return Refused(
        "FO714",
        f"the lease of {name} was lost meanwhile: {now}",
        protects="the writes of whoever holds the lease",
        way_out="run the command again: it plans against what is there now",
    )


def generation_moved(domain: str, expected: int, newest: Revision | None) -> Refused:
    """FO715: somebody else applied since the plan was made, or an older registry was restored."""
    reached = newest.generation if newest else 0
    by = f" by commit {newest.commit[:12]} ({newest.actor})" if newest else ""
    return Refused(
        "FO715",
        f"the plan was made at generation {expected} of {domain}; the registry is at generation {reached}{by}",
        protects="exactly the reviewed plan is applied",
        way_out="plan again and look at what changed",
    )


def on_network(path: Path, kind: str) -> Refused:
    """FO717: no locks that hold."""
    return Refused(
        "FO717",
        f"{path} would lie on a network file system ({kind}), where SQLite's locks do not hold",
        protects="the registry from two writers at once",
        way_out="name a file on a local disk in registry: of flyteops.yaml, or use a shared registry",
    )


def no_generation(domain: str, generation: int, *, newest: int) -> Refused:
    """FO731: nothing was ever published under this number."""
    known = f"its generations are 1 to {newest}" if newest else "nothing was applied to it yet"
    return Refused(
        "FO731",
        f"{domain} has no generation {generation}: {known}",
        protects="what is there now",
        way_out="see `flyteops history`",
    )


def no_longer_whole(domain: str, generation: int, missing: str) -> Refused:
    """FO732: its records were dropped."""
    return Refused(
        "FO732",
        f"generation {generation} of {domain} is no longer kept whole: the record of {missing} was dropped",
        protects="a generation is brought back whole or not at all",
        way_out="go back to a newer generation, or apply its commit again: flyteops apply --commit REF "
        "(`flyteops history` names it)",
    )


def store_unsafe(where: str, why: str) -> Refused:
    """FO734: compare-and-swap does not hold there."""
    return Refused(
        "FO734",
        f"{where} does not keep the conditions of writes: {why}",
        protects="the registry from two writers at once, each of whom would think to have won",
        way_out="use a store that keeps If-Match and If-None-Match (see `store:`), or a postgresql: registry",
    )


def store_failed(where: str, failed: StoreFailed) -> OutsideFailed:
    """The store could not be used."""
    return OutsideFailed(
        "registry",
        f"{where}: {failed}",
        retryable=failed.retryable,
        way_out="run the command again: it finds out what was recorded, and goes on from there"
        if failed.retryable
        else "see whether the store can be read and written",
    )


def moment(ms: int) -> str:
    """A time as people read it."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


# A statement that worked yesterday and text that is not UTF-8 (no name at all) mean a damaged file.
_DAMAGE = ("", "SQLITE_ERROR")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CONSTRAINT", "SQLITE_MISMATCH")


def failed_outside(path: Path, failed: sqlite3.Error | OSError) -> OutsideFailed | Refused:
    """What a failure of SQLite or of the file system means for the user."""
    name = getattr(failed, "sqlite_errorname", "") or ""
    said = str(failed)
    if isinstance(failed, sqlite3.Error) and (name in _DAMAGE or name.startswith(_DAMAGED)):
        return not_a_registry(path, said)
    told, way_out, retryable = f"{path}: {said}", "see whether the file and its folder can be read and written", False
    if path.is_dir():
        told, way_out = f"{path} is a folder", "name a file in registry: of flyteops.yaml"
    elif name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        told, way_out, retryable = f"{path} is locked by another process", "run the command again", True
    elif name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE")):
        told = f"{path} could not be written: the disk is full or a limit was reached ({said}); nothing was recorded"
        way_out = "make room and run the command again"
    elif name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")) or isinstance(failed, OSError):
        told = f"{path} cannot be opened ({said})"
        way_out = "make it and its folder readable and writable, or name another file in registry: of flyteops.yaml"
    return OutsideFailed("registry", told, retryable=retryable, way_out=way_out)

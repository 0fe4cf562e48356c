"""Bringing a registry in SQL to this version's tables: forward only, in one transaction, while nobody applies."""

from __future__ import annotations

from collections.abc import Callable

from flyteops.adapters import registry_sql as sql
from flyteops.adapters.registry_faults import lease_held, moment, newer_registry, not_a_registry
from flyteops.adapters.registry_tables import Database


def written_version(database: Database, where: object) -> int:
    """The schema version of tables that are there; refuses what is newer or not ours."""
    meta = dict(database.execute(sql.GET_META).fetchall())
    written = meta.get("schema_version", "")
    if not written.isdecimal() or not meta.get("lineage"):
        raise not_a_registry(where, "its schema version or its lineage is missing")
    if int(written) > sql.SCHEMA_VERSION:
        raise newer_registry(where, written=int(written), known=sql.SCHEMA_VERSION)
    return int(written)


def migrate(database: Database, version: int, *, now_ms: int, lineage: Callable[[], str], tool: str) -> None:
    """All steps from `version` (0: nothing is there) on, in the caller's transaction."""
    if version:
        held = database.execute(sql.LIVE_LEASE, (now_ms,)).fetchone()
        if held:
            raise lease_held(held[0], held[1], until=moment(held[2]))
    for statements in sql.MIGRATIONS[version : sql.SCHEMA_VERSION]:
        for statement in statements:
            database.execute(statement)
    if not version:
        database.execute(sql.SET_META, ("lineage", lineage()))
        database.execute(sql.SET_META, ("created_by", tool))
    database.execute(sql.SET_META, ("schema_version", str(sql.SCHEMA_VERSION)))

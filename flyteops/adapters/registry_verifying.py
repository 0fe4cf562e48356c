"""Looking over a registry in SQL: every digest and seal again, and what nothing needs any more."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.adapters import registry_sql as sql
from flyteops.adapters.registry_reading import (
    Domain,
    has_effects,
    lineage_of,
    record_digest,
    revisions_of,
    stored_seal,
)
from flyteops.adapters.registry_seal import HistoryRow, Pointers, Replay, listed, seal_of
from flyteops.adapters.registry_tables import Database
from flyteops.model.state import Garbage, Misfit

ALL = 1 << 62
"""No history is longer."""


def misfits_of(database: Database, where: str, project: str) -> tuple[Misfit, ...]:
    """What does not fit, in the records and in every domain of the project."""
    found, records = [], set()
    for digest, kind, wire, payload in database.execute(sql.ALL_RECORDS).fetchall():
        records.add(digest)
        if record_digest(wire, payload) != digest:
            found.append(Misfit(where=f"{kind} record {digest[:12]}", message="its content has another digest"))
        elif wire.split(".")[1:2] != [kind]:
            found.append(Misfit(where=f"{kind} record {digest[:12]}", message=f"its content is of the form {wire}"))
    for domain in domains_of(database, where, project):
        found += _in_domain(database, domain, records=records)
    if has_effects(database):
        for question, message in (
            (sql.UNINTENDED, "no effect on record made it as its record says"),
            (sql.UNRECORDED, "an effect made it, none took it away, and it has no record"),
        ):
            for domain_name, *names in database.execute(question, (project,)).fetchall():
                found.append(Misfit(where="{} object {} {}/{}".format(domain_name, *names), message=message))
    return tuple(found)


def domains_of(database: Database, where: str, project: str) -> list[Domain]:
    """All domains that anything is known of."""
    names = {row[0] for row in database.execute(sql.GET_DOMAINS, (project,) * 3).fetchall()}
    return [Domain(where=where, project=project, name=name) for name in sorted(names)]


def _in_domain(database: Database, domain: Domain, *, records: set[str]) -> Iterator[Misfit]:
    revisions = revisions_of(database, domain, ALL)[::-1]
    head = database.execute(sql.GET_HEAD, domain.key).fetchone()
    generations = [revision.generation for revision in revisions]
    if generations != list(range(1, (head[0] if head else 0) + 1)):
        yield Misfit(where=domain.name, message="its revisions are not those of generations 1 to that of its head")
    history = database.execute(sql.GET_HISTORY, domain.key).fetchall()
    yield from _odd_actions(history, domain)
    replay = Replay(history)
    lineage, kept_from = lineage_of(database), kept_from_of(database, domain)
    pointers: Pointers = {}
    for revision in revisions:
        pointers = replay.up_to(revision.generation)
        where = f"{domain.name} generation {revision.generation}"
        seal = seal_of(domain.key, lineage=lineage, revision=revision, pointers=listed(pointers))
        if stored_seal(database, domain, revision.generation) != seal:
            yield Misfit(where=where, message="its revision or the history of its pointers does not match its seal")
        if revision.generation >= kept_from:
            yield from _missing(pointers, where=where, records=records)
    current = {(kind, name): digest for kind, name, digest in database.execute(sql.GET_POINTERS, domain.key).fetchall()}
    for kind, name in sorted(current.keys() | pointers.keys()):
        if current.get((kind, name)) != pointers.get((kind, name)):
            yield Misfit(where=f"{domain.name} pointer {kind}/{name}", message="it is not where its history says")


def _odd_actions(history: list[HistoryRow], domain: Domain) -> Iterator[Misfit]:
    """A retired name points at nothing, and only a moved one comes from another."""
    for generation, kind, name, digest, action, previous in sorted(history, key=lambda row: row[:3]):
        if (digest is None) != (action == "retire") or (previous is not None) != (action == "move"):
            where = f"{domain.name} generation {generation}"
            yield Misfit(where=where, message=f"what its history says of {kind}/{name} does not go with {action!r}")


def _missing(pointers: Pointers, *, where: str, records: set[str]) -> Iterator[Misfit]:
    for (kind, name), digest in sorted(pointers.items()):
        if digest not in records:
            yield Misfit(where=where, message=f"the record of {kind}/{name} ({digest[:12]}) is missing")


# ------------------------------------------------------------------------------------------- garbage


def _kept_key(domain: Domain) -> str:
    return f"kept_from {domain.project}/{domain.name}"


def kept_from_of(database: Database, domain: Domain) -> int:
    """The first generation that lost nothing to gc."""
    return int(dict(database.execute(sql.GET_META).fetchall()).get(_kept_key(domain), "1"))


def garbage_of(database: Database, where: str, project: str, *, keep: int) -> tuple[Garbage, ...]:
    """Records that nobody points at or is about to publish, no other project ever named, and none of the last `keep`
    revisions of any domain names."""
    needed = {row[0] for row in database.execute(sql.NAMED_NOW).fetchall()}
    needed |= {row[0] for row in database.execute(sql.NAMED_BY_OTHERS, (project,)).fetchall()}
    for domain in domains_of(database, where, project):
        replay = Replay(database.execute(sql.GET_HISTORY, domain.key).fetchall())
        for revision in revisions_of(database, domain, keep)[::-1]:
            needed.update(replay.up_to(revision.generation).values())
    rows = sorted(database.execute(sql.ALL_DIGESTS).fetchall(), key=lambda row: (row[1], row[0]))
    return tuple(
        Garbage(what=f"{kind} record", digest=digest, size_bytes=size)
        for digest, kind, size in rows
        if digest not in needed
    )


def drop_garbage(database: Database, where: str, project: str, *, keep: int, given: tuple[Garbage, ...]) -> int:
    """Drops of the given what is still garbage, with the pointers of retired names that named it."""
    still = set(garbage_of(database, where, project, keep=keep)) & set(given)
    if still:
        for domain in domains_of(database, where, project):
            newest = next(iter(revisions_of(database, domain, 1)), None)
            kept = max(kept_from_of(database, domain), newest.generation - keep + 1 if newest else 1)
            database.execute(sql.SET_META, (_kept_key(domain), str(kept)))
    database.executemany(sql.DROP_ARCHIVED, [(each.digest,) for each in still])
    database.executemany(sql.DROP_ENTITY, [(each.digest,) for each in still])
    return len(still)

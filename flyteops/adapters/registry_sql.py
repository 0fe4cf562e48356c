"""The registry's tables and statements, one text meant for SQLite and PostgreSQL alike.

Rules: text for JSON and no JSON operators, whole milliseconds, no AUTOINCREMENT, `ON CONFLICT … RETURNING`.
PostgreSQL takes `%s` for `?`, BIGINT for INTEGER and no STRICT.
"""

from __future__ import annotations

# One tuple of statements per schema version, run in order and forward only; a released one is never edited.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
        """CREATE TABLE entity (
             digest TEXT PRIMARY KEY, kind TEXT NOT NULL, wire TEXT NOT NULL, payload TEXT NOT NULL) STRICT""",
        """CREATE TABLE head (
             project TEXT NOT NULL, domain TEXT NOT NULL, generation INTEGER NOT NULL, epoch INTEGER NOT NULL,
             PRIMARY KEY (project, domain)) STRICT""",
        """CREATE TABLE lease (
             name TEXT PRIMARY KEY, holder TEXT NOT NULL, epoch INTEGER NOT NULL, until_ms INTEGER NOT NULL,
             ttl_ms INTEGER NOT NULL) STRICT""",
        """CREATE TABLE revision (
             project TEXT NOT NULL, domain TEXT NOT NULL, generation INTEGER NOT NULL,
             operation TEXT NOT NULL, commit_id TEXT NOT NULL, dirty INTEGER NOT NULL, parent TEXT,
             plan_digest TEXT NOT NULL, actor TEXT NOT NULL, tool TEXT NOT NULL, created_ms INTEGER NOT NULL,
             seal TEXT NOT NULL,
             PRIMARY KEY (project, domain, generation), UNIQUE (project, domain, operation)) STRICT""",
        """CREATE TABLE pointer (
             project TEXT NOT NULL, domain TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
             digest TEXT NOT NULL REFERENCES entity (digest), generation INTEGER NOT NULL, archived INTEGER NOT NULL,
             PRIMARY KEY (project, domain, kind, name)) STRICT""",
        """CREATE TABLE pointer_history (
             project TEXT NOT NULL, domain TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
             generation INTEGER NOT NULL, digest TEXT, action TEXT NOT NULL, previous TEXT,
             PRIMARY KEY (project, domain, kind, name, generation)) STRICT""",
        """CREATE TABLE journal (
             operation TEXT NOT NULL, step INTEGER NOT NULL, project TEXT NOT NULL, domain TEXT NOT NULL,
             object TEXT NOT NULL, digest TEXT, action TEXT NOT NULL, epoch INTEGER NOT NULL,
             state TEXT NOT NULL CHECK (state IN ('intent', 'applied', 'confirmed', 'superseded')),
             uid TEXT, detail TEXT,
             PRIMARY KEY (project, domain, operation, step)) STRICT""",
    ),
    (
        """CREATE TABLE cluster_object (
             project TEXT NOT NULL, domain TEXT NOT NULL, api_version TEXT NOT NULL, kind TEXT NOT NULL,
             namespace TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, uid TEXT NOT NULL,
             address TEXT NOT NULL,
             PRIMARY KEY (project, domain, api_version, kind, namespace, name)) STRICT""",
        """CREATE TABLE effect (
             project TEXT NOT NULL, domain TEXT NOT NULL, operation TEXT NOT NULL, step INTEGER NOT NULL,
             action TEXT NOT NULL CHECK (action IN ('apply', 'delete')), api_version TEXT NOT NULL, kind TEXT NOT NULL,
             namespace TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL, digest TEXT NOT NULL,
             uid TEXT NOT NULL, epoch INTEGER NOT NULL,
             state TEXT NOT NULL CHECK (state IN ('intent', 'confirmed', 'superseded')),
             PRIMARY KEY (project, domain, operation, action, api_version, kind, namespace, name)) STRICT""",
    ),
)
SCHEMA_VERSION = len(MIGRATIONS)
EFFECTS_SINCE = 2
"""The version that brought the tables of cluster objects and effects."""

SET_META = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
GET_META = "SELECT key, value FROM meta"

# A released lease keeps its row, so that epochs never come again; the empty holder is nobody.
TAKE_LEASE = """
INSERT INTO lease (name, holder, epoch, until_ms, ttl_ms) VALUES (?, ?, 1, ?, ?)
ON CONFLICT (name) DO UPDATE
  SET holder = excluded.holder, epoch = lease.epoch + 1, until_ms = excluded.until_ms, ttl_ms = excluded.ttl_ms
  WHERE lease.until_ms < ? OR lease.holder = excluded.holder
RETURNING epoch"""
GET_LEASE = "SELECT holder, until_ms FROM lease WHERE name = ?"
LIVE_LEASE = "SELECT name, holder, until_ms FROM lease WHERE until_ms >= ? ORDER BY name LIMIT 1"
# The fence, first in every write transaction; it renews the lease and leaves the epoch alone.
TOUCH_LEASE = "UPDATE lease SET until_ms = ? + ttl_ms WHERE name = ? AND holder = ? AND epoch = ? RETURNING epoch"
RELEASE_LEASE = "UPDATE lease SET holder = '', until_ms = 0 WHERE name = ? AND holder = ? AND epoch = ?"

GET_HEAD = "SELECT generation FROM head WHERE project = ? AND domain = ?"
FIRST_HEAD = "INSERT INTO head (project, domain, generation, epoch) VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING"
MOVE_HEAD = """
UPDATE head SET generation = generation + 1, epoch = ?
WHERE project = ? AND domain = ? AND generation = ? AND epoch <= ? RETURNING generation"""

PUT_ENTITY = "INSERT INTO entity (digest, kind, wire, payload) VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING"
GET_RECORDS = """
SELECT entity.digest, entity.wire, entity.payload FROM pointer JOIN entity ON entity.digest = pointer.digest
WHERE pointer.project = ? AND pointer.domain = ? AND pointer.archived = 0"""

# Text for JSON and no JSON operators: the pattern finds candidates, and each is read.
GET_REFERRERS = """
SELECT pointer.project, pointer.domain, pointer.name, pointer.digest, entity.wire, entity.payload
FROM pointer JOIN entity ON entity.digest = pointer.digest
WHERE pointer.archived = 0 AND pointer.kind = 'task' AND entity.payload LIKE ?
  AND NOT (pointer.project = ? AND pointer.domain = ?)"""
REFERS = '%"ref":{%'

PUT_INTENT = """
INSERT INTO journal (operation, step, project, domain, object, digest, action, epoch, state)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'intent')
ON CONFLICT (project, domain, operation, step) DO UPDATE
  SET object = excluded.object, digest = excluded.digest, action = excluded.action, epoch = excluded.epoch,
      state = 'intent'
  WHERE journal.state = 'superseded' OR journal.state = 'intent'"""
DROP_INTENTS_FROM = """
DELETE FROM journal WHERE project = ? AND domain = ? AND operation = ? AND step >= ? AND state <> 'confirmed'"""
CONFIRM = "UPDATE journal SET state = 'confirmed' WHERE project = ? AND domain = ? AND operation = ?"
SUPERSEDE = "UPDATE journal SET state = 'superseded' WHERE project = ? AND domain = ? AND state <> 'confirmed'"
UNFINISHED = """
SELECT DISTINCT operation FROM journal WHERE project = ? AND domain = ? AND state IN ('intent', 'applied')"""

GET_OBJECTS = """
SELECT api_version, kind, namespace, name, digest, uid, address FROM cluster_object
WHERE project = ? AND domain = ?"""
PUT_OBJECT = """
INSERT INTO cluster_object (project, domain, api_version, kind, namespace, name, digest, uid, address)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (project, domain, api_version, kind, namespace, name) DO UPDATE
  SET digest = excluded.digest, uid = excluded.uid, address = excluded.address"""
DROP_OBJECT = """
DELETE FROM cluster_object
WHERE project = ? AND domain = ? AND api_version = ? AND kind = ? AND namespace = ? AND name = ?"""

# An effect is known by its operation, its action and its object, never by its step: a rerun decides fewer effects and
# numbers them anew, and must not write over the intent of another object.
PUT_EFFECT = """
INSERT INTO effect (project, domain, operation, action, api_version, kind, namespace, name, step, address, digest, uid,
                    epoch, state)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'intent')
ON CONFLICT (project, domain, operation, action, api_version, kind, namespace, name) DO UPDATE
  SET step = excluded.step, address = excluded.address, digest = excluded.digest, uid = excluded.uid,
      epoch = excluded.epoch, state = 'intent'"""
CONFIRM_EFFECT = """
UPDATE effect SET state = 'confirmed', uid = ?
WHERE project = ? AND domain = ? AND operation = ? AND action = ?
  AND api_version = ? AND kind = ? AND namespace = ? AND name = ? RETURNING step"""
# Whoever saw the object after this effect knows what earlier ones, of dead applies, came to.
SETTLE_EARLIER = """
UPDATE effect SET state = 'superseded'
WHERE project = ? AND domain = ? AND api_version = ? AND kind = ? AND namespace = ? AND name = ?
  AND state = 'intent' AND (operation <> ? OR step < ?)"""
OPEN_EFFECTS = """
SELECT operation, step, action, api_version, kind, namespace, name, address, digest, uid FROM effect
WHERE project = ? AND domain = ? AND state = 'intent'"""

PUT_REVISION = """
INSERT INTO revision (project, domain, generation, operation, commit_id, dirty, parent, plan_digest, actor, tool,
                      created_ms, seal)
VALUES (?, ?, ?, ?, ?, ?,
        (SELECT commit_id FROM revision AS last WHERE last.project = ? AND last.domain = ? AND last.generation = ?),
        ?, ?, ?, ?, '')"""
# Over everything that a snapshot of this generation tells: a flipped bit is found, never planned against.
PUT_SEAL = "UPDATE revision SET seal = ? WHERE project = ? AND domain = ? AND generation = ?"
GET_SEAL = "SELECT seal FROM revision WHERE project = ? AND domain = ? AND generation = ?"
GET_POINTERS = "SELECT kind, name, digest FROM pointer WHERE project = ? AND domain = ? AND archived = 0"
GET_REVISIONS = """
SELECT generation, commit_id, dirty, plan_digest, actor, tool, created_ms FROM revision
WHERE project = ? AND domain = ? ORDER BY generation DESC LIMIT ?"""
GET_REVISION = """
SELECT generation, commit_id, dirty, plan_digest, actor, tool, created_ms FROM revision
WHERE project = ? AND domain = ? AND generation = ?"""
GET_DOMAINS = """
SELECT domain FROM head WHERE project = ? UNION SELECT domain FROM revision WHERE project = ?
UNION SELECT domain FROM pointer WHERE project = ?"""
GET_PUBLISHED = "SELECT generation FROM revision WHERE project = ? AND domain = ? AND operation = ?"

POINT = """
INSERT INTO pointer (project, domain, kind, name, digest, generation, archived) VALUES (?, ?, ?, ?, ?, ?, 0)
ON CONFLICT (project, domain, kind, name) DO UPDATE
  SET digest = excluded.digest, generation = excluded.generation, archived = 0"""
ARCHIVE = """
UPDATE pointer SET archived = 1, generation = ? WHERE project = ? AND domain = ? AND kind = ? AND name = ?"""
PUT_HISTORY = """
INSERT INTO pointer_history (project, domain, kind, name, generation, digest, action, previous)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
GET_HISTORY = """
SELECT generation, kind, name, digest, action, previous FROM pointer_history WHERE project = ? AND domain = ?"""
GET_COUNTS = """
SELECT generation, action, count(*) FROM pointer_history WHERE project = ? AND domain = ? AND generation > ?
GROUP BY generation, action"""
GET_RECORD = "SELECT wire, payload FROM entity WHERE digest = ?"

# A row that is intended again has no uid yet; one that is confirmed has that of the object.
UNINTENDED = """
SELECT domain, kind, namespace, name FROM cluster_object WHERE project = ? AND NOT EXISTS (
  SELECT 1 FROM effect WHERE effect.project = cluster_object.project AND effect.domain = cluster_object.domain
    AND effect.action = 'apply' AND effect.api_version = cluster_object.api_version
    AND effect.kind = cluster_object.kind AND effect.namespace = cluster_object.namespace
    AND effect.name = cluster_object.name AND effect.address = cluster_object.address
    AND (effect.state <> 'confirmed'
         OR (effect.digest = cluster_object.digest AND effect.uid = cluster_object.uid)))
ORDER BY domain, kind, namespace, name"""
# What an apply made and no later delete took away has a record: epochs grow from holder to holder, and one holder makes
# before it takes away.
UNRECORDED = """
SELECT domain, kind, namespace, name FROM effect AS made
WHERE project = ? AND action = 'apply' AND state = 'confirmed'
  AND NOT EXISTS (
    SELECT 1 FROM cluster_object AS known WHERE known.project = made.project AND known.domain = made.domain
      AND known.api_version = made.api_version AND known.kind = made.kind AND known.namespace = made.namespace
      AND known.name = made.name)
  AND NOT EXISTS (
    SELECT 1 FROM effect AS later WHERE later.project = made.project AND later.domain = made.domain
      AND later.api_version = made.api_version AND later.kind = made.kind AND later.namespace = made.namespace
      AND later.name = made.name AND later.action = 'delete' AND later.state = 'confirmed'
      AND later.epoch >= made.epoch)
GROUP BY domain, kind, namespace, name ORDER BY domain, kind, namespace, name"""

ALL_RECORDS = "SELECT digest, kind, wire, payload FROM entity"
ALL_DIGESTS = "SELECT digest, kind, length(payload) FROM entity"
# What other projects in the same registry ever named, and what anybody points at or is about to publish.
NAMED_BY_OTHERS = "SELECT digest FROM pointer_history WHERE project <> ? AND digest IS NOT NULL"
NAMED_NOW = """
SELECT digest FROM pointer WHERE archived = 0
UNION SELECT digest FROM journal WHERE state IN ('intent', 'applied') AND digest IS NOT NULL"""
DROP_ARCHIVED = "DELETE FROM pointer WHERE digest = ? AND archived = 1"
DROP_ENTITY = "DELETE FROM entity WHERE digest = ?"

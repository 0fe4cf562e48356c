"""What `$error` is: why a run failed, as its failure handlers see it."""

from __future__ import annotations

from flyteops.model.digest import JsonObject
from flyteops.model.frozen import frozen
from flyteops.model.types import INT, STR, RecordField, RecordOf

FAILURE = RecordOf(
    (
        RecordField("message", STR),
        RecordField("node", STR),
        RecordField("kind", STR),
        RecordField("attempts", INT),
    ),
    name="$error",
)
"""The type of `$error` as a whole."""
FLYTE_NAMES = {"failed_node_id": "node"}
"""What Flyte's own record of a failure calls a field of ours."""


@frozen
class Failure:
    """The first failed node: its message, path, cause in one word (`user`, `deadline`), and its attempts."""

    message: str
    node: str
    kind: str
    attempts: int

    def value(self) -> JsonObject:
        """The wire value of the type FAILURE."""
        return {"message": self.message, "node": self.node, "kind": self.kind, "attempts": self.attempts}

"""The templates of one object, each distinct body once, named by what it is and the digest of its body."""

from __future__ import annotations

from dataclasses import field

from flyteops.model.digest import Json, JsonObject, digest_of
from flyteops.model.frozen import frozen


@frozen(kw_only=False)
class Shelf:
    """Put a body, get its name; the same body is kept once."""

    templates: dict[str, JsonObject] = field(default_factory=dict)

    def put(self, kind: str, body: JsonObject) -> str:
        """The name of the template with this body."""
        name = f"{kind}-{digest_of('flyteops.argo.template.v1', body)[:10]}"
        self.templates.setdefault(name, {"name": name, **body})
        return name

    def put_named(self, name: str, body: JsonObject) -> str:
        """A template under a name of its own: the DAGs of the workflow itself."""
        self.templates[name] = {"name": name, **body}
        return name

    def keep_called(self, *roots: str) -> None:
        """Takes out what no root calls, through any number of calls."""
        kept: set[str] = set()
        waiting = list(roots)
        while waiting:
            name = waiting.pop()
            if name not in kept and name in self.templates:
                kept.add(name)
                waiting.extend(_called_by(self.templates[name]))
        for name in self.templates.keys() - kept:
            del self.templates[name]

    def listed(self) -> list[Json]:
        """All templates by name."""
        return [self.templates[name] for name in sorted(self.templates)]


def _called_by(body: JsonObject) -> list[str]:
    dag = body.get("dag")
    tasks = dag["tasks"] if isinstance(dag, dict) else []
    return [str(task["template"]) for task in tasks if isinstance(task, dict)] if isinstance(tasks, list) else []

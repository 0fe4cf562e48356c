"""What `flyteops lock` did, as text and as JSON."""

from __future__ import annotations

from flyteops.model.digest import JsonObject
from flyteops.model.locking import LOCK_FILE, Relocked
from flyteops.views.escape import columns, safe


def render_lock(found: Relocked) -> str:
    """A line for each name, and one that counts."""
    width = max((columns(safe(each.key)) for each in found.names), default=0)
    lines = []
    for each in found.names:
        pad = " " * (width - columns(safe(each.key)))
        told = each.digest[:19] if each.digest else ""
        rest = "  ".join(filter(None, (told, safe(each.why))))
        lines.append(f"{each.state:<7}  {safe(each.key)}{pad}  {rest}".rstrip())
    lines += [f"dropped  {safe(each)}" for each in found.dropped]
    missing = sum(each.digest is None for each in found.names)
    left = f", {missing} without a digest" if missing else ""
    lines.append(f"{LOCK_FILE}: {len(found.names) - missing} of {len(found.names)} names pinned{left}")
    return "\n".join(lines) + "\n"


def lock_wire(found: Relocked) -> JsonObject:
    """The same as JSON."""
    return {
        "file": LOCK_FILE,
        "names": [
            {"name": each.key, "of": each.of, "state": each.state, "digest": each.digest, "why": each.why or None}
            for each in found.names
        ],
        "dropped": list(found.dropped),
    }

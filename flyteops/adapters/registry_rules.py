"""Rules about where an embedded registry may be. Pure, but for reading this machine's list of mounts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flyteops.model.errors import Refused


def refuse_embedded_in_ci(lineage: str, *, environ: Mapping[str, str]) -> None:
    """Refuses to begin an embedded registry in a CI job, where the file would vanish with the machine."""
    if lineage or environ.get("CI", "").lower() in ("", "0", "false"):
        return
    raise Refused(
        "FO716",
        f"there is no registry yet, and a CI job (CI={environ['CI']}) is no place to begin an embedded one: "
        "the file would vanish with the job, and the next one would plan everything as new",
        protects="the record of what was applied",
        way_out="use a shared registry in flyteops.yaml (registry: ${FLYTEOPS_REGISTRY}), or restore the file first; "
        "to try it out all the same, unset CI",
    )


_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.s3fs")


def network_file_system(path: str, mounts: str) -> str:
    """The kind of network file system that holds `path` by the text of /proc/mounts, or nothing."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        folder = fields[1].replace("\\040", " ")
        inside = path == folder or path.startswith(folder.rstrip("/") + "/")
        if inside and len(folder) >= len(best):
            best, kind = folder, fields[2]
    return kind if kind in _NETWORK else ""


def network_file_system_of(path: Path) -> str:
    """The kind of network file system that a path lies on, or nothing; not known where there is no /proc."""
    try:
        mounts = Path("/proc/mounts").read_text("utf-8", "replace")
    except OSError:  # not Linux: not known, not refused
        return ""
    return network_file_system(str(path.absolute()), mounts)

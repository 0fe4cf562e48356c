"""Writes the lock files of `requirements/` from pyproject.toml; the only list of what we need stays there.

    uv run --no-project tools/lock.py            # or: python tools/lock.py, with uv on PATH
    python tools/lock.py --upgrade hera          # newer versions of one package; --upgrade alone: of all

`demo.txt` is what a user of the demo needs, `dev.txt` adds what builds and tests the tool, at the same versions.
Both hold for every supported Python and platform, have hashes, and name no package registry.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "requirements"
HEADER = "# Written by tools/lock.py from pyproject.toml: do not edit.\n"
BUILD_BESIDES = ["editables>=0.5"]  # hatchling asks for it when it installs in place


def wanted(project: dict[str, object]) -> tuple[list[str], list[str]]:
    """Requirements of the demo and, besides them, of development."""
    table: dict[str, object] = project["project"]  # type: ignore[assignment]
    extras: dict[str, list[str]] = table["optional-dependencies"]  # type: ignore[assignment]
    build: list[str] = project["build-system"]["requires"]  # type: ignore[index]
    groups: dict[str, list[str]] = project["dependency-groups"]  # type: ignore[assignment]
    run: list[str] = table["dependencies"]  # type: ignore[assignment]
    demo = [*run, *build, *BUILD_BESIDES, *extras["examples"]]
    mine = f"{table['name']}["
    tools = [line for line in groups["dev"] if not line.startswith(mine)]
    asked = [name for line in groups["dev"] if line.startswith(mine) for name in line[len(mine) : -1].split(",")]
    optional = [line for name in asked for line in extras[name]]
    return demo, [*demo, *optional, *tools]


def compile_lock(name: str, requirements: list[str], *, upgrade: list[str], constraint: Path | None = None) -> None:
    """One lock file; versions it already names are kept unless an upgrade is asked for."""
    uv = shutil.which("uv") or str(ROOT / ".venv" / "bin" / "uv")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "requirements.in"
        source.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        target = OUT / name
        command = [uv, "pip", "compile", str(source), "--quiet", "--universal", "--python-version", "3.11"]
        command += ["--generate-hashes", "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate"]
        command += ["--output-file", str(target), *upgrade]
        command += ["--constraint", str(constraint)] if constraint else []
        subprocess.run(command, check=True)
    target.write_text(HEADER + target.read_text(encoding="utf-8").removeprefix(HEADER), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", nargs="*", metavar="PACKAGE", help="take newer versions: of all, or of these")
    asked: list[str] | None = parser.parse_args().upgrade
    upgrade = [] if asked is None else [f"--upgrade-package={name}" for name in asked] or ["--upgrade"]
    demo, dev = wanted(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    OUT.mkdir(exist_ok=True)
    compile_lock("dev.txt", dev, upgrade=upgrade)
    compile_lock("demo.txt", demo, upgrade=upgrade, constraint=OUT / "dev.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())

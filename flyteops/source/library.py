"""Which library reads YAML here; the only door to its version."""

from __future__ import annotations

import yaml


def yaml_library() -> tuple[str, bool]:
    """PyYAML's version, and whether it came with its C parser."""
    return str(yaml.__version__), bool(yaml.__with_libyaml__)

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Tree:
    left: Tree | None
    right: Tree | None


def fit(tree: Tree) -> int:
    return 1

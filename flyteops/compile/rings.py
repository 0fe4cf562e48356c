"""Rings in a graph of names: each is found once and told whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def rings_of(edges: Mapping[str, Collection[str]]) -> list[tuple[str, ...]]:
    """One ring per knot of names that reach each other, beginning at its smallest name; without recursion."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in sorted(edges):
        if start in done:
            continue
        path: list[str] = []
        on_path: dict[str, int] = {}
        stack: list[tuple[str, list[str]]] = [(start, sorted(edges[start], reverse=True))]
        path.append(start)
        on_path[start] = 0
        while stack:
            name, ahead = stack[-1]
            if not ahead:
                stack.pop()
                path.pop()
                del on_path[name]
                done.add(name)
                continue
            following = ahead.pop()
            if following in on_path:
                ring = path[on_path[following] :]
                if not any(set(ring) & set(other) for other in found):
                    smallest = ring.index(min(ring))
                    found.append((*ring[smallest:], *ring[:smallest]))
            elif following not in done and following in edges:
                stack.append((following, sorted(edges[following], reverse=True)))
                on_path[following] = len(path)
                path.append(following)
    return found


def in_order(edges: Mapping[str, Collection[str]]) -> list[str]:
    """Names so that each comes after those it points to; those in rings come where they are met."""
    ordered: list[str] = []
    seen: set[str] = set()
    for start in sorted(edges):
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                ordered.append(name)
            elif name not in seen and name in edges:
                seen.add(name)
                stack.append((name, True))
                stack.extend((each, False) for each in sorted(edges[name], reverse=True))
    return ordered

"""Graphs made by code: what such a function returns has the shape of the YAML, and is checked like it."""


def squares(n: int) -> dict:
    """A node for each number up to n, and one that adds them up."""
    nodes: dict = {f"s{at}": {"task": "gallery.numbers:square", "inputs": {"x": at}} for at in range(1, n + 1)}
    nodes["sum"] = {"task": "gallery.numbers:total", "inputs": {"numbers": [f"$s{at}" for at in range(1, n + 1)]}}
    return {"nodes": nodes, "outputs": {"total": "$sum"}}

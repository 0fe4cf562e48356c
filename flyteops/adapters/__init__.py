"""Doors to the outside, one a module: git, registries, stores, clock. They do not know each other."""

"""Bytes to trees with positions to manifests; Python signatures and code digests by syntax tree. No user code runs."""

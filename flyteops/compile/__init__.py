"""Manifests and signatures to a Program: overlay, resolve, typecheck, lower. Collects every fault; does no I/O."""

"""Manifests and signatures to a Program: overlay, resolve, typecheck, lower. Collects every fault; does no I/O."""

from flyteops.compile.files import with_contents
from flyteops.compile.given import read_inputs, read_task_inputs
from flyteops.compile.images import locked_as
from flyteops.compile.known import Repository
from flyteops.compile.program import compile_all, compile_program, graph_reader
from flyteops.compile.returned_graph import GraphReader

__all__ = [
    "GraphReader", "Repository", "compile_all", "compile_program", "graph_reader", "locked_as", "read_inputs",
    "read_task_inputs", "with_contents",
]  # fmt: skip

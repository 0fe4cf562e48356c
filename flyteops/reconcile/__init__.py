"""Plan -> what shall be written. Decides, never acts."""

from flyteops.reconcile.pointers import operation_id, pointer_changes

__all__ = ["operation_id", "pointer_changes"]

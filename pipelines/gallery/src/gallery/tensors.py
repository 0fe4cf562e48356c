"""Tensors, modules and checkpoints of torch; the tool never imports torch, the pod does."""

import torch


def tensor(size: int) -> torch.Tensor:
    """Ones."""
    return torch.ones(size)


def total(values: torch.Tensor) -> float:
    """Their sum; on a GPU where there is one."""
    return float(values.sum())

"""Functions that are worth keeping the results of."""


def expensive(x: int, verbose: bool = False) -> int:
    """Something that takes long; `verbose` says more and changes nothing."""
    if verbose:
        print(f"computing {x}")
    return x * 1000

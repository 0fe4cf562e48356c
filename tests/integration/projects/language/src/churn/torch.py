"""The same function on many hosts."""


def main(epochs: int) -> float:
    """How good it is after so many rounds."""
    return float(epochs)

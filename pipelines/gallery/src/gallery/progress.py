"""A long task that goes on where it was cut off, and that writes a page about itself."""

from flyteops.context import checkpoint, deck, progress


def count(upto: int, fail_at: int = 0) -> int:
    """Counts, and remembers how far it came; fails once at `fail_at`. Returns how much it had to count."""
    saved = checkpoint.read()
    done = int(saved) if saved else 0
    for at in range(done + 1, upto + 1):
        checkpoint.save(str(at).encode())
        progress(at / upto, f"{at} of {upto}")
        if at == fail_at and not saved:
            raise ConnectionError(f"cut off at {at}")
    deck.add(f"counted from {done} to {upto}", tab="Counted")
    return upto - done

"""What goes wrong with a heavy value: it does not fit, or the library that reads it is not there."""

from __future__ import annotations


class Unfit(Exception):
    """The value, or the file, is not what was declared."""


class LibraryMissing(Exception):
    """A library is needed that this environment lacks; the message says which extra brings it."""

"""A decorator of our own."""

import functools


def told(function):
    """Says what is called."""

    @functools.wraps(function)
    def inner(*args, **kwargs):
        print(f"calling {function.__name__}")  # noqa: T201 - goes to the log
        return function(*args, **kwargs)

    return inner

"""An ordinary function; nothing here knows what runs it."""


def greet(name: str) -> str:
    """A friendly word."""
    return f"Hello, {name}!"

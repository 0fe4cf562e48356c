"""Plain functions over text: nothing of flyteops is imported, and each stays callable as Python."""


def say_hello(name: str) -> str:
    """Greets somebody."""
    return f"Hello, {name}!"


def process_greeting(greeting: str) -> str:
    """Adds emphasis."""
    return greeting.upper()


def process(x: int, y: str) -> str:
    """What a number and a text make together."""
    return f"Processing {x}: {y}"


def upper(batch: list[str]) -> list[str]:
    """Every item of a batch, in capitals."""
    return [item.upper() for item in batch]


def process_item(item: str) -> str:
    """One item."""
    return f"processed: {item}"


def batches(items: list[str], size: int = 2) -> list[list[str]]:
    """The items in batches: what a task computes, a workflow walks."""
    return [items[at : at + size] for at in range(0, len(items), size)]


def flatten(batched: list[list[str]]) -> list[str]:
    """One list of all batches."""
    return [item for batch in batched for item in batch]


def join(parts: list[str]) -> str:
    """The parts on one line."""
    return ", ".join(parts)


def say(text: str) -> str:
    """Hands a text on."""
    return text

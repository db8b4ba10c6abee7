"""Text from a file of the course, fit for a message of one line."""


def one_line(text: str) -> str:
    """`text` with each line break and control character replaced."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)

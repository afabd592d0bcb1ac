"""What people typed, as one line."""


def one_line(text: str) -> str:
    """Without what cannot be printed, and without spaces around or doubled."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())

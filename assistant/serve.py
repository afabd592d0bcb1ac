"""`python -m assistant.serve run …`: Rasa's own command, without what only training needs."""

from __future__ import annotations

from assistant.engine import imports


def main() -> None:
    """As `rasa` with the same arguments."""
    imports.postpone()
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()

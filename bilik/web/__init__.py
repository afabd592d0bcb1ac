"""The pages beside the chat: results for everyone, and the panitia's desk.

app.py        puts it together
office.py     what all pages work with: a desk, the clock, the settings
pages.py      templates, and how figures are written in them
guard.py      headers, and what a page says when something fails
assets/       the look, which the chat page shares
"""

from pathlib import Path

ASSETS = Path(__file__).parent / "assets"
TEMPLATES = Path(__file__).parent / "templates"

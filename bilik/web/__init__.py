"""The pages beside the chat: results for everyone, the panitia's desk, and the trustees' page.

app.py        puts it together
office.py     what all pages work with: a desk, the clock, the settings
pages.py      templates, and how figures are written in them
guard.py      what a page says when something fails, and what all answers carry
headers.py    the headers that the chat shares
hasil/        the public pages
panitia/      the desk
saksi/        where trustees make the key and count with it
assets/       the look, which the chat page shares
"""

from pathlib import Path

ASSETS = Path(__file__).parent / "assets"
TEMPLATES = Path(__file__).parent / "templates"

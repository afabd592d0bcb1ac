"""What the guides lead to is there: files, headings and pictures.

Whether each command has its line in them is seen in :mod:`tests.integration.test_cli`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
GUIDES = [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").glob("*.md"))]
LARGEST_PICTURE = 100_000
"""In bytes: a guide should open on a telephone with a weak signal."""

_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_PICTURE = re.compile(r'<img\s[^>]*?src="([^"]+)"')
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def name_of(guide: Path) -> str:
    return guide.relative_to(ROOT).as_posix()


def text_of(guide: Path) -> str:
    return _FENCED.sub("", guide.read_text(encoding="utf-8"))


def prose_of(guide: Path) -> str:
    """Without what only shows how something is written."""
    return _CODE.sub("", text_of(guide))


def anchors(guide: Path) -> set[str]:
    """As GitHub makes them of headings."""
    kept = (re.sub(r"[^\w\- ]", "", one.lower()) for one in _HEADING.findall(text_of(guide)))
    return {one.replace(" ", "-") for one in kept}


def problem_with(guide: Path, target: str) -> str | None:
    """What is wrong with a link, if it leads to a place in this repository."""
    if re.match(r"[a-z]+:", target):
        return None
    path, _, anchor = target.partition("#")
    file = guide.parent / path if path else guide
    if not file.exists():
        return f"{target} is not there"
    if anchor and anchor not in anchors(file):
        return f"{target}: no such heading"
    return None


@pytest.mark.parametrize("guide", GUIDES, ids=name_of)
def test_every_link_leads_somewhere(guide: Path) -> None:
    targets = _LINK.findall(prose_of(guide)) + _PICTURE.findall(prose_of(guide))
    assert [told for one in targets if (told := problem_with(guide, one))] == []


@pytest.mark.parametrize("guide", GUIDES, ids=name_of)
def test_every_picture_is_described(guide: Path) -> None:
    pictures = re.findall(r"<img\b[^>]*>", prose_of(guide))
    assert [one for one in pictures if not re.search(r'\balt="[^"]{20,}"', one)] == []


def test_every_picture_is_shown_somewhere_and_is_small() -> None:
    shown = {
        (guide.parent / one).resolve()
        for guide in GUIDES
        for one in _PICTURE.findall(prose_of(guide))
    }
    there = {one.resolve() for one in (ROOT / "docs" / "images").iterdir()}
    assert there == shown
    assert [one.name for one in there if one.stat().st_size > LARGEST_PICTURE] == []


@pytest.mark.parametrize("target", ["docs/tiada.md", "#tiada", "docs/saksi.md#tiada"])
def test_a_link_to_nowhere_is_seen(target: str) -> None:
    assert problem_with(ROOT / "README.id.md", target)

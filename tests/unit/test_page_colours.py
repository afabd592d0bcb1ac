"""The pages' colours are far enough apart to be read: WCAG 2.2, level AA."""

from __future__ import annotations

import re

import pytest

from bilik.web import ASSETS

STYLE = ASSETS / "look.css"
TEXT, CONTROL = 4.5, 3.0
"""Least contrast of text (success criterion 1.4.3), and of what makes out a control (1.4.11)."""

PAIRS = [
    ("ink", "surface", TEXT),
    ("ink", "paper", TEXT),
    ("ink", "own", TEXT),
    ("ink", "tint", TEXT),
    ("faint", "paper", TEXT),
    ("on-green", "green", TEXT),
    ("on-mark", "mark", TEXT),
    ("mark", "surface", TEXT),
    ("mark", "tint", TEXT),
    ("on-broken", "broken", TEXT),
    ("on-mended", "mended", TEXT),
    ("mark", "paper", CONTROL),
    ("edge", "surface", CONTROL),
    ("edge", "paper", CONTROL),
]


def colours(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE.read_text(encoding="utf-8"), re.DOTALL)
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        found |= re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark)
    return found


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_contrast_that_the_standard_names() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_that_meet_are_far_enough_apart(
    front: str, back: str, least: float, scheme: str
) -> None:
    found = colours(scheme)
    assert contrast(found[front], found[back]) >= least

"""What reads a voter's words: given any of the words it knows, in any order, and any text at all.

What comes of it is held to the truth elsewhere (`tests/understanding`); here nothing may fail.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bilik.domain import confirmation, lexicon
from bilik.domain.choice import (
    Resolution,
    asks_for_blank,
    is_bare_number,
    is_choice_alone,
    named_contest,
    resolve,
)
from bilik.domain.confirmation import is_clear_yes, may_be_yes
from bilik.domain.hint import Hint
from bilik.domain.identity import find_credentials
from bilik.domain.masking import masked
from bilik.domain.numbers import WORDS
from bilik.domain.receipt import find_receipt
from bilik.domain.words import MAX_CHARACTERS
from tests.elections import region, village
from tests.fuzz.hostile import fuzz, texts

CONTESTS = (*village().contests, *region().contests)
PENDING = (
    (CONTESTS[:1], {CONTESTS[0].id: 2}),
    (CONTESTS[1:], {one.id: 1 for one in CONTESTS[1:]}),
)
KNOWN = sorted(
    {
        *lexicon.ALL, *WORDS, *confirmation._READ, *confirmation._NO,
        *(word for phrase in confirmation._NOTHING_CHANGES for word in phrase),
        *(name for one in CONTESTS for each in one.candidates for name in each.names),
        *(name for one in CONTESTS for each in one.candidates for name in each.nicknames),
    }
)  # fmt: skip
ENDS = (
    "",
    "",
    "",
    "lah",
    "kok",
    "nih",
    "mi",
    "ji",
    "kah",
    "pun",
    "nya",
    "ku",
    "2",
    "?",
    "!",
    ",",
    "..",
)
words_ = st.builds(
    lambda word, end, shout: f"{word.upper() if shout else word}{end}",
    st.sampled_from(KNOWN), st.sampled_from(ENDS), st.booleans(),
)  # fmt: skip
messages = st.one_of(
    texts.map(lambda one: one[: MAX_CHARACTERS + 1]),
    st.lists(words_, min_size=1, max_size=7).map(" ".join),
    st.lists(st.one_of(words_, words_, texts), min_size=1, max_size=4).map(
        lambda some: " ".join(some)[: MAX_CHARACTERS + 1]
    ),
)


@fuzz(700)
@given(
    messages, st.sampled_from([None, *(one.id for one in CONTESTS)]), st.sampled_from(list(Hint))
)
def test_no_message_is_too_odd_to_be_read(text: str, asked: str | None, hint: Hint) -> None:
    for contests in (CONTESTS[:1], CONTESTS[1:]):
        found = resolve(text, contests, asked, hint)
        assert isinstance(found, Resolution)
        for contest, selection in found.accepted.items():
            numbers = {one.id: {each.number for each in one.candidates} for one in contests}
            assert not isinstance(selection, int) or selection in numbers[contest]
        is_choice_alone(text, contests, asked)
        named_contest(text, contests)
        masked(text, contests)
    if is_clear_yes(text):
        assert may_be_yes(text)
    for contests, pending in PENDING:
        if is_clear_yes(text, contests, pending):
            assert may_be_yes(text)
    asks_for_blank(text)
    is_bare_number(text)
    find_credentials(text)
    find_receipt(text)

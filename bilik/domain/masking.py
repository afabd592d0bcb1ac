"""Messages made nobody's: what may be kept of a message that Bilik did not understand.

Digits, codes, addresses and names give way to a sign; the rest stays as it was typed, for that is
what a model has to learn. In doubt a word is masked: a trainer can do without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from bilik.domain import crockford, lexicon, words
from bilik.domain.election import Contest
from bilik.domain.everyday import is_everyday
from bilik.domain.identity import CODE_MARKERS
from bilik.domain.mentions import find_mentions
from bilik.domain.naming import alike, is_word, names_of
from bilik.domain.people import is_fixed
from bilik.domain.words import Word, clean, spelled

DIGITS, CODE, NAME, LINK = "#", "KODE", "NAMA", "TAUTAN"
MAX_CHARACTERS = 200
MIN_CONTAINED = 4
"""Letters of a name that is looked for within longer words: "pakfauzi"."""
MAX_NAME_WORDS = 3

_SIGNS = frozenset({CODE, NAME, LINK})
_LINE_END = re.compile(r"(?<=\w)\s*[\r\n]+\s*")
_LINK = re.compile(
    r"\S+ @ \S+|\S*@\S+|\S+@|(?:https?://|www\.)\S+"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:ac|app|biz|co|com|go|gov|id|info|io|link|ly|me|my|net|online|org"
    r"|sch|site|web|xyz)\b(?:[/?:]\S*)?",
    re.IGNORECASE,
)
_CHUNK = re.compile(r"[^\W_]+(?:[-_][^\W_]+)*")
_GROUPS, _WHOLES = (3, 4), (8, 9)
"""Symbols in a group, and in the whole, of voting codes and receipts."""
_LETTERS = re.compile(r"[^\W\d_]+")
_ENDINGS: tuple[list[str], ...] = ([], ["nya"], ["an"])
"""What may follow a word said twice."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TOKEN = re.compile(rf"{_WORD.pattern}|[#.,;:=!?…&/()%-]")
_REPEATED = re.compile(rf"\b({'|'.join(sorted(_SIGNS))})(?: \1\b)+")
_ENDS_SENTENCE = frozenset(".!?…")
_TITLES = lexicon.TITLE | {"dek", "dik", "nak", "nona", "puan"}
_INTRODUCES = frozenset(
    "nama namaku namanya bernama panggil dipanggil kenalkan perkenalkan".split()
)
_BEFORE_A_NAME = lexicon.OWNER | frozenset(
    "adalah ini itu yaitu yang asli lengkap panggilan pemilih : =".split()
)


def masked(text: str, contests: Sequence[Contest], names: Iterable[str] = ()) -> str:
    """The message on one line, without what tells who wrote it or whom it is about.

    Digits become ``#``, codes and receipts ``KODE``, names ``NAMA``, addresses ``TAUTAN``.
    ``names`` are the voter's own. Masking once more changes nothing.
    """
    own = {part for name in names for part in _WORD.findall(clean(name).lower())}
    called = names_of(contests) | {part for part in own - lexicon.DEGREE if len(part) > 1}
    before = None
    while text != before:  # a sign may tell what the word beside it is
        before, text = text, _masked_once(text, contests, called)
    return text


def says_something(message: str) -> bool:
    """Whether a masked message has a word of everyday left; without one it may be a mere name."""
    return any(is_everyday(word) for word in _WORD.findall(message) if word not in _SIGNS)


def _masked_once(text: str, contests: Sequence[Contest], called: AbstractSet[str]) -> str:
    text = _on_one_line(_cut(text, words.MAX_CHARACTERS))
    text = _without_codes(_LINK.sub(LINK, text))
    text = _without_names(re.sub(r"\d+", DIGITS, text), contests, called)
    return _cut(_REPEATED.sub(r"\1", text), MAX_CHARACTERS)


def _on_one_line(text: str) -> str:
    """Only what can be printed, a full stop where a line ended, and 0 for every digit."""
    text = _LINE_END.sub(". ", clean(text))
    text = "".join("0" if one.isdigit() else one if one.isprintable() else " " for one in text)
    return " ".join(text.split())


def _cut(text: str, length: int) -> str:
    """The beginning of a text that is too long, without the word that would be cut in two."""
    if len(text) <= length:
        return text
    return re.sub(r"\w+$", "", text[: length + 1])[:length].rstrip()


def _replaced(text: str, spans: Iterable[tuple[int, int]], sign: str) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + sign + text[end:]
    return text


# -- codes -------------------------------------------------------------------------------------


def _without_codes(text: str) -> str:
    """Without voting codes and receipts, whole or in parts, and whatever else mixes like them."""
    chunks = list(_CHUNK.finditer(text))
    said = [chunk.group() for chunk in chunks]
    announced = False
    spans = []
    for at, chunk in enumerate(chunks):
        beside = said[max(0, at - 2) : at] + said[at + 1 : at + 3]
        if _is_mixed(said[at]) or _is_of_letters(said[at], beside, announced):
            spans.append(chunk.span())
        announced = announced or spelled(said[at].lower()) in CODE_MARKERS
    return _replaced(text, spans, CODE)


def _is_mixed(chunk: str) -> bool:
    """Whether it mixes letters with digits, other than "ibu2", "guru2nya" and "12rb" do."""
    runs = _LETTERS.findall(chunk)
    if not runs or not _has_digit(chunk):
        return False
    return len(runs[0]) == 1 or not is_everyday(runs[0]) or runs[1:] not in _ENDINGS


def _is_of_letters(chunk: str, beside: Sequence[str], announced: bool) -> bool:
    """Whether it may be a code or receipt without a digit, or a group of one that has none."""
    symbols = crockford.read(chunk)
    if symbols is None or _has_digit(chunk) or chunk in _SIGNS or is_everyday(chunk):
        return False
    size = len(symbols)
    if size in _GROUPS and any(len(one) == size and _has_digit(one) for one in beside):
        return True
    is_code_like = chunk.isupper() or "-" in chunk
    return announced and is_code_like and size in (*_GROUPS, *_WHOLES)


def _has_digit(chunk: str) -> bool:
    return any(one.isdigit() for one in chunk)


# -- names -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Token:
    """A word or mark as it was typed, and where it stands."""

    raw: str
    start: int
    end: int

    @cached_property
    def word(self) -> Word:
        """As the choice grammar reads it, which is to see no word in a sign."""
        lowered = self.raw.lower()
        return Word(DIGITS, DIGITS) if self.raw in _SIGNS else Word(spelled(lowered), lowered)

    @cached_property
    def may_be_name(self) -> bool:
        """Whether it is a word of two letters or more that is not masked yet."""
        return len(self.raw) > 1 and self.raw not in _SIGNS and is_word(self.raw)

    @cached_property
    def is_strange(self) -> bool:
        """Whether it is a word that everyday has no use for, where a name is likely."""
        return self.may_be_name and not is_everyday(self.raw, name_likely=True)


def _without_names(text: str, contests: Sequence[Contest], called: AbstractSet[str]) -> str:
    tokens = [_Token(match.group(), *match.span()) for match in _TOKEN.finditer(text)]
    message = [token.word for token in tokens]
    found = {
        *_candidates(message, contests),
        *_called(tokens, called),
        *_after_titles(tokens),
        *_introduced(tokens),
    }
    if any(one.islower() for one in text):  # else capitals tell nothing
        found |= set(_capitals(tokens))
        found |= set(_first_names(tokens, found))
    spans = [
        (tokens[at].start, tokens[at].end)
        for at in found
        if tokens[at].may_be_name and not is_fixed(message, at)
    ]
    return _replaced(text, spans, NAME)


def _candidates(message: Sequence[Word], contests: Sequence[Contest]) -> Iterator[int]:
    for mention in find_mentions(message, contests):
        if mention.is_name:
            for at in range(mention.start, mention.end):
                if message[at].text not in lexicon.TITLE | {"dan"}:
                    yield at


def _called(tokens: Sequence[_Token], called: AbstractSet[str]) -> Iterator[int]:
    """Words of names that are known: as they are spelled, misspelt, or grown together."""
    for at, token in enumerate(tokens):
        word = token.word
        if {word.text, word.raw} & called:
            yield at
        elif token.may_be_name and not is_everyday(word.raw):
            for name in called:
                if alike(word.raw, name) or (len(name) >= MIN_CONTAINED and name in word.raw):
                    yield at


def _after_titles(tokens: Sequence[_Token]) -> Iterator[int]:
    for at, token in enumerate(tokens):
        if token.word.text in _TITLES:
            yield from _name_from(tokens, at + 1)


def _introduced(tokens: Sequence[_Token]) -> Iterator[int]:
    """ "Nama saya …", "Nama: …"; a sign counts as that word only before "saya" and the like."""
    for at, token in enumerate(tokens):
        if token.raw.lower() in _INTRODUCES:
            begins = at + 1
            while begins < len(tokens) and tokens[begins].word.text in _BEFORE_A_NAME:
                begins += 1
            if token.raw not in _SIGNS or begins > at + 1:
                yield from _name_from(tokens, begins)


def _name_from(tokens: Sequence[_Token], begins: int) -> Iterator[int]:
    """The strange words from there on, initials and degrees between them."""
    found = 0
    for at in range(begins, len(tokens)):
        if len(tokens[at].raw) == 1 and (tokens[at].raw.isalpha() or _is_abbreviation(tokens, at)):
            continue
        if not tokens[at].is_strange or found == MAX_NAME_WORDS:
            return
        found += 1
        yield at


def _capitals(tokens: Sequence[_Token]) -> Iterator[int]:
    """Strange words with a capital that no sentence begins with."""
    begins = True
    for at, token in enumerate(tokens):
        if token.raw[0].isupper() and token.is_strange and not begins:
            yield at
        begins = token.raw in _ENDS_SENTENCE and not _is_abbreviation(tokens, at)


def _first_names(tokens: Sequence[_Token], found: AbstractSet[int]) -> Iterator[int]:
    """Where a sentence begins with a name: what stands there before another."""
    for at, token in enumerate(tokens[:-1]):
        before_a_name = at + 1 in found or tokens[at + 1].raw == NAME
        if before_a_name and token.raw[0].isupper() and token.is_strange:
            yield at


def _is_abbreviation(tokens: Sequence[_Token], at: int) -> bool:
    """Whether this is the full stop of an initial, of a degree, or of a number in a list."""
    if tokens[at].raw != "." or at == 0:
        return False
    return len(tokens[at - 1].raw) == 1 or tokens[at - 1].word.text in lexicon.DEGREE

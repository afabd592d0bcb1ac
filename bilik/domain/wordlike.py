"""Names that are words of everyday, too: "saya pilih Bagus" names one, "bagus sekali" none."""

from __future__ import annotations

from collections.abc import Sequence

from bilik.domain import lexicon
from bilik.domain.election import Contest, Selection
from bilik.domain.mention import Mention
from bilik.domain.words import Word, words_of

_VERBS = lexicon.CHOOSE - frozenset(
    "suara suaraku suaranya suarane mantap mantep fix pokoknya final tetap kasih kasi".split()
)
_NO_NAME = lexicon.TITLE | lexicon.DEGREE | lexicon.OWNER | lexicon.NEGATION | _VERBS
_RIGHT_BEFORE = frozenset("ke si sang untuk calon paslon".split())
_ALONE_WITH = frozenset(
    ". ! , saja min admin kak nomor pak terima please tolong saya pilih si".split()
)
_NO_PREDICATE = frozenset(", . ! ? \n … aja saja deh dong ya".split())


def wordlike_name_at(
    message: Sequence[Word], index: int, contests: Sequence[Contest]
) -> Mention | None:
    """A name that is a word of everyday, where nothing but a name can stand.

    That is right after a verb of choosing, after "ke" or "si", alone in the message, or alone
    between a negation and the end of a breath: "bukan Bagus, Dedi".
    """
    text = message[index].text
    if text not in lexicon.ALL or not (bearers := _bearers(message[index], contests)):
        return None
    before = message[index - 1].text if index else ""
    after = message[index + 1].text if index + 1 < len(message) else "."
    others = {word.text for at, word in enumerate(message) if at != index}
    if (
        before in _VERBS
        or before in _RIGHT_BEFORE
        or others <= _ALONE_WITH
        or (before in lexicon.NEGATION | {"eh"} and after in _NO_PREDICATE)
        or (before == "," and after == "." and lexicon.NEGATION & others)
    ):
        return Mention(index, index + 1, bearers, is_name=True)
    return None


def _bearers(word: Word, contests: Sequence[Contest]) -> dict[str, frozenset[Selection]]:
    """Who has this word, as typed, in a full name; by contest."""
    if word.text in _NO_NAME:
        return {}
    found = {
        contest.id: frozenset[Selection](
            one.number
            for one in contest.candidates
            if any(
                word.raw in {part.raw for part in words_of(name.split(",")[0])}
                for name in one.names
            )
        )
        for contest in contests
    }
    return {contest: numbers for contest, numbers in found.items() if numbers}

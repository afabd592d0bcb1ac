"""The confirmation gate: whether an answer to the read-back is a clear yes, and nothing else.

Every word must be one of assent, politeness or address; one word of any other kind, a question mark
or a number, and it is no yes. No learned model takes part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bilik.domain.election import Contest, Selections
from bilik.domain.identity import holds_code
from bilik.domain.lexicon import ALL, DEGREE, MARKER, NEGATION
from bilik.domain.mention import Mention
from bilik.domain.mentions import find_mentions
from bilik.domain.numbers import WORDS
from bilik.domain.words import MAX_CHARACTERS, Word, clean, spelled, words

_YES = frozenset(
    (
        "ya benar betul setuju yakin kirim inggih nggih njih injih enggih enggi engghi "
        "sumuhun muhun leres lerres iyo yoi yups sepakat sah valid correct sure io iyes heeh "
        "hi'ih yo batua butul batul bujur patut enya heueuh iih beneh acc tentu sampun olo "
        "ido tutu na'am naam ongghu kintun dikintun confirm confirmed konfirm dikonfirmasi right "
        "approve approved banar betol heem yak ia oki okcy tenan temenan "
        "yeah yea tepat persis exactly absolutely certainly definitely"
    ).split()
)
"""Each of these alone is a yes."""
_ASSENT = frozenset(
    (
        "oke sip siap lanjut lanjutkan fix gas gaskeun mantap mantep cocok pas sudah sikat kuy "
        "sesuai baik yaudah deal cus konfirmasi bungkus tetap final klop gaspol gaskan submit "
        "simpan proses diproses catat dicatat masukkan masukin masukkeun coblos tos parantos atos "
        "mpun wes so lanjutno lanjutken dilanjutkan diteruskan teruskan terusin dilajengaken "
        "lajengaken kirimen ntap ashiaap"
    ).split()
)
"""These go along with a yes; the first few are one by themselves."""
_ASSENT_ALONE = frozenset(
    "oke sip siap fix gas gaskeun gaspol cus sesuai final deal submit lanjut".split()
)
_ASSENT_ONCE_DONE = frozenset(
    "sesuai cocok pas final mantap mantep fix oke sip siap klop deal".split()
)
"""After "sudah", each of these is a yes: "sudah cocok"."""
_TO_BE_DONE = frozenset(
    "lanjut lanjutno submit simpan proses diproses "
    "catat dicatat masukkan masukin coblos bungkus".split()
)
"""Beside "saja", or after a request, each of these says to go ahead: "simpan saja"."""
_TO_GO_ON = frozenset("lanjut lanjutno lanjutkan kirim teruskan sudah".split())
_NO = frozenset("ora mboten teu kada tra indak sing kadit".split())
_MUCH = frozenset("sekali banget sanget pisan sangat".split())
_GO_AHEAD = frozenset("saja silakan silahkan tolong monggo mangga mohon langsung".split())
_POLITE = frozenset(
    (
        "saja dong deh lah itu pilihan saya pilihannya pilihanku aku gue tolong mohon silakan "
        "sekali banget seratus persen 100 % nih mah atuh teh nggeh pun ini memang emang "
        "tersebut suara suaraku sekarang langsung ayo yuk to toh je alhamdulillah bismillah "
        "mi ji nggo dan jelas pasti segera cepat cepetan euy weh se no jo jua haja gen sa su "
        "beta pung dengan nan da mangga dipun kintunkeun mawon pisan silahkan beliau dia "
        "memilih pilih sing iku ngono itunya ntu eta tepat nah oh boleh monggo menika kula "
        "sanget sangat kuwe kae ma do be la bana suba manten pang izin titik please it "
        "nyatakan menyatakan dibacakan diulang ulang noh awak urang kulo tabe keinginan kemauan "
        "hati nurani demikian kehendak tiang nian tarus kitu ngoten pls dah ja aje iki btw"
    ).split()
)
_ADDRESS = frozenset(
    (
        "kak kakak kakaka min admin bapak ibu mas mbak bang bg abang bro sis gan bot bilik "
        "lur bos pren om tante kang teteh cak panitia guys nak dek say sayang lae ito bung "
        "puang daeng pace mace bli gek wak uda uni rek le lek mbah bah bosku kaka pakde bude kk "
        "kka ka guru lurah sam ai "
        "dik adik adek nduk ngger cu cucu tuan puan bos boss ges gaes sist cuy coy bray"
    ).split()
)
"""To whom one speaks: after a yes, or last, or "iya bapak aja" would name a candidate."""
_NO_CANDIDATE = frozenset("min admin wak lae bro gan bot kk".split())
"""Nobody stands for election under these: "betul itu, min"."""
_GREETING = frozenset(
    "assalamualaikum waalaikumsalam wassalam salam selamat pagi siang sore malam halo hai permisi "
    "punten met".split()
)
"""May come before a yes, and changes nothing."""
_NAMING = frozenset("saya pilihan pilihanku itu ini sing dia beliau yang dan pilih memilih".split())
_AFTER_ADDRESS = frozenset(
    "saya kulo kula sa aku gue itu mohon silakan tolong sudah silahkan monggo".split()
)
_NOTHING_CHANGES = (
    ("tidak", "akan", "ganti", "lagi"),
    ("tidak", "akan", "ganti"),
    ("tidak", "akan", "diganti"),
    ("tidak", "akan", "berubah"),
    ("tidak", "berubah", "lagi"),
    ("tidak", "berubah"),
    ("tidak", "ada", "perubahan"),
    ("tidak", "ada", "yang", "diubah"),
    ("tidak", "ada", "yang", "berubah"),
    ("tidak", "ada", "yang", "keliru"),
    ("tidak", "ada", "salah"),
    ("gausah", "diganti"),
    ("gausah", "diubah"),
    ("tidak", "usah", "diganti"),
    ("tidak", "usah", "diubah"),
    ("tidak", "perlu", "diganti"),
    ("pasti", "lagi"),
    ("jangan", "ditanya", "lagi", "ah"),
    ("jangan", "ditanya", "lagi"),
    ("saya", "sudah", "bilang"),
    ("tidak", "ada", "yang", "salah"),
    ("tidak", "ada", "yang", "perlu", "diubah"),
    ("tidak", "ada", "yang", "perlu", "diganti"),
    ("tidak", "ada", "yang", "diganti"),
    ("tidak", "ada", "yang", "salah"),
    ("tidak", "perlu", "diubah"),
    ("tidak", "usah", "nanya", "lagi"),
    ("yang", "itu"),
)
"""Beside a yes these say it once more."""
_PARTING = frozenset("wassalam wassalamualaikum wassalamu'alaikum".split())
_NOT_WRONG = (("tidak", "salah"), ("tidak", "keliru"), ("tidak", "ganti"))
"""So do these right after "ya" or "sudah"; after "benar" they might ask."""
_ELDERS = frozenset("nenek kakek mbah oma opa eyang simbah".split())
"""Call themselves so when they speak to the young: "pilihan nenek"."""
_THANKS = frozenset(
    (
        "terima kasih|terima|kasih|banyak|suwun|nuhun|hatur|matur|nuwun|syukron|suksma|danke|atas|"
        "bantuannya|bantuan|perhatiannya|waktunya|kesabarannya"
    ).split("|")
)
_MARKS = {"/", ",", ".", "!", "\n", "…", "(", ")", ";", ":", "-"}
_SIGNS = frozenset("👍✅👌☑✔💯🆗🫡")
_FRIENDLY = _SIGNS | frozenset("🙏😊😁🙂😄❤")
_SKIN_AND_FORM = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")
_PLAIN = re.compile(r"[\w\s.,!()'’\"*;:%&…/-]*")
MAX_WORDS = 20


def is_clear_yes(
    text: str, contests: Sequence[Contest] = (), pending: Selections | None = None
) -> bool:
    """Whether the voter says yes, plainly.

    ``pending`` is what was read back: naming just that takes nothing back from a yes.

    >>> is_clear_yes("iya udh bener, kirim aja")
    True
    >>> is_clear_yes("ya tapi kayaknya salah")
    False
    >>> is_clear_yes("makasih ya")
    False
    """
    plain = _SKIN_AND_FORM.sub("", clean(text))
    if len(text) > MAX_CHARACTERS:
        return False
    if plain and all(sign in _SIGNS for sign in plain if not sign.isspace()):
        return True
    if not _PLAIN.fullmatch("".join(sign for sign in plain if sign not in _FRIENDLY)):
        return False
    written = words(plain)
    if any(one.text in _DENIAL and other.text in _MARKS for one, other in pairwise(written)):
        return False  # "tidak, ada yang salah" is not "tidak ada yang salah"
    message = [word for word in written if word.text not in _MARKS]
    named = find_mentions(message, contests) if contests else []
    if not all(_is_pending(mention, pending or {}) for mention in named):
        return False
    if named and holds_code(text):
        return False
    covered = {index for mention in named for index in range(mention.start, mention.end)}
    beside = _BESIDE_A_NAME if named else frozenset()
    message = [
        word
        for index, word in enumerate(message)
        if index not in covered and word.text not in beside
    ]
    if plain.lstrip().startswith(("!", "/")) or not message or len(message) > MAX_WORDS:
        return False
    usual = ["tidak" if word.text in _NO else _usual(word.text) for word in message]
    while len(usual) > 1 and usual[-1] in _PARTING:
        usual.pop()
    texts = _without_address(_without_phrases(_without_greeting(usual)))
    if len(texts) < len(usual) and texts == ["ya"] and usual[0] in _GREETING | _MUSING:
        return False  # "halo ya"
    if not texts or not all(text in _OF_A_YES for text in texts):
        return False
    return _says_yes(texts, message)


def may_be_yes(text: str) -> bool:
    """Whether a message is a yes if its numbers and unknown words name what was read back.

    For those who do not know what that is: "ya nomor 2", "iya bu Siti". A code or a receipt is
    neither: 42Y-7KQ-2M9 has a number and a "y" in it, and says no yes.
    """
    if is_clear_yes(text):
        return True
    kept = [
        word.raw
        for word in words(clean(text))
        if not (word.is_number or word.text in _NAMING_BY_NUMBER or word.text not in _READ)
    ]
    return is_clear_yes(" ".join(kept)) and not holds_code(text)


def _says_yes(texts: list[str], message: Sequence[Word]) -> bool:
    """Whether words, all of which may stand in a yes, make one."""
    if texts[0] == "lah" or (texts[0] in _MUSING and set(texts[1:]) <= {"ya"}):
        return False
    if "kok" in texts and not _ends_in_kok(texts):
        return False
    if texts[-1] == "ya" and len(texts) > 1 and not _last_ya(message).startswith("i"):
        # A last "ya" is a mere particle ("kirim ya"), or asks ("bener ya"), or muses ("iya ya").
        if texts[-2] not in _ASKED_FOR and not ("kirim" in texts and texts[-2] in _HASTE):
            return _THANKS & set(texts[1:-1]) != set() and texts[0] in _YES
        texts = texts[:-1]
        if set(texts) == {"ya"}:
            return False
    if message[0].raw in {"ya", "yo"} and texts[1:] in (["sudah"], ["sudah", "deh"]):
        return False  # a sigh
    joined = f" {' '.join(texts)} ".replace("ya sudah kirim", "kirim").replace(
        "sudah kirim saja", "kirim"
    )
    if any(f" {claim} " in joined for claim in _CLAIM) or any(
        joined.endswith(f" {end} ") for end in _SCORN
    ):
        return False
    if _THANKS & set(texts):
        before = texts[: next(at for at, text in enumerate(texts) if text in _THANKS)]
        return (
            texts[0] in _YES
            or (texts[0] in _THANKS and "kirim" in texts)
            or bool((_YES - {"ya"}) & set(before))
        )
    if any(text in _YES for text in texts):
        return True
    if not all(text in _ASSENT | _POLITE for text in texts):
        return False
    if texts in (["itu", "sudah"], ["itu", "mi"], ["so", "pas"], ["so", "itu"]):
        return True  # in the east of the country
    done = texts[0] == "sudah" and texts[1:2] != [] and texts[1] in _ASSENT_ONCE_DONE
    done = done or (
        bool(_ASSENT_ONCE_DONE & set(texts)) and bool((_TO_GO_ON - {"sudah"}) & set(texts))
    )  # "cocok, lanjut"
    go_ahead = bool(_TO_BE_DONE & set(texts)) and bool(_GO_AHEAD & set(texts))
    return texts[0] in _ASSENT_ALONE or done or go_ahead


_DENIAL = NEGATION | _NO
_OF_A_YES = _YES | _ASSENT | _POLITE | _THANKS | {"kok"}
_IN_A_YES = _YES | _ASSENT | _POLITE | _ADDRESS | _THANKS | _GREETING
_READ = ALL | _IN_A_YES | _MARKS
"""Words and marks that mean something; the rest may be names."""
_MUSING = frozenset({"oh", "ah", "nah", "lah", "euy"})
_BESIDE_A_NAME = MARKER | DEGREE | {"sama", "dan", "&"}
_NAMING_BY_NUMBER = _BESIDE_A_NAME | set(WORDS)
_HASTE = frozenset("sekarang saja dong deh langsung".split())
_SCORN = ("lah itu", "benar benar deh", "betul betul deh", "sah sah saja", "ya right", "yeah right")


def _ends_in_kok(texts: Sequence[str]) -> bool:
    """ "Bener kok" assures; elsewhere "kok" wonders."""
    return (
        texts.count("kok") == 1
        and texts[-1] == "kok"
        and texts[-2:-1] != []
        and (texts[-2] in _YES | _ASSENT_ALONE)
    )


def _without_greeting(texts: list[str]) -> list[str]:
    at = 0
    while at < len(texts) and (
        texts[at] in _GREETING or (at and texts[at] in _ADDRESS and texts[at - 1] in _GREETING)
    ):
        at += 1
    return texts[at:]


def _without_phrases(texts: list[str]) -> list[str]:
    for phrase in _NOTHING_CHANGES:
        clear = phrase[0] == "tidak" and not {"salah", "keliru"} & set(phrase)
        first = 0 if clear and len(texts) > len(phrase) else 1
        for at in range(first, len(texts) - len(phrase) + 1):
            if tuple(texts[at : at + len(phrase)]) == phrase:
                return _without_phrases([*texts[:at], *texts[at + len(phrase) :]])
    for at in range(1, len(texts) - 1):
        if tuple(texts[at : at + 2]) in _NOT_WRONG and texts[at - 1] in {
            "ya",
            "sudah",
            "tenan",
            "temenan",
        }:
            return [*texts[:at], *texts[at + 2 :]]
    if tuple(texts[:2]) in _NOT_WRONG and texts[2:3] != [] and texts[2] in _TO_GO_ON:
        return ["sudah", "sesuai", *texts[2:]]  # "tidak salah, lanjutkan"
    if texts[-2:-1] == ["pilihan"] and texts[-1] in _ELDERS:
        return texts[:-1]
    return texts


_CLAIM = ("sudah kirim", "sudah saya kirim", "sudah aku kirim", "sudah gue kirim")


_ADDRESSED_AFTER = _YES | _ASSENT | _THANKS | _MUCH | {"banyak"}
_SAID_TO_SOMEBODY = _YES | _ASSENT | _THANKS | _AFTER_ADDRESS | _GREETING | _ADDRESS


def _without_address(texts: Sequence[str]) -> list[str]:
    """Without those spoken to: after a yes ("iya pak, kirim"), or last ("kirim saja, min")."""
    kept: list[str] = []
    for index, text in enumerate(texts):
        following = texts[index + 1] if index + 1 < len(texts) else ""
        before = texts[index - 1] if index else ""
        is_last = not following or all(one in _ADDRESS | _THANKS for one in texts[index + 1 :])
        chain = kept[-1] if kept and before in _ADDRESS else before  # "iya mas admin, betul"
        if text in _ADDRESS and (
            (is_last and before and (before not in _NAMING or text in _NO_CANDIDATE))
            or ((chain in _ADDRESSED_AFTER or text in _NO_CANDIDATE)
                and following in _SAID_TO_SOMEBODY)
        ):  # fmt: skip
            continue
        kept.append(text)
    return kept


def _last_ya(message: Sequence[Word]) -> str:
    """How the last "ya" was written, also with a particle at it: "yalah"."""
    return next(word.raw for word in reversed(message) if _usual(word.text) == "ya")


_ASKED_FOR = frozenset({"kirim", "setuju", "oke", "ya", "bismillah", "alhamdulillah"})


def _is_pending(mention: Mention, pending: Selections) -> bool:
    """Whether a mention means what was read back, in whatever contest it can mean anything."""
    return bool(mention.options) and all(
        chosen == {pending.get(contest)} for contest, chosen in mention.options.items()
    )


def _usual(text: str) -> str:
    """Without doubled letters and the particles that cling to a word: "betull", "benarmi"."""
    if text in _IN_A_YES:
        return text
    short = spelled(_TWICE.sub(r"\1", text))
    if short in _IN_A_YES:
        return short
    for particle in ("lah", "mi", "mo"):
        bare = spelled(text.removesuffix(particle))
        if bare != text and bare in _YES | _ASSENT:
            return bare
    return text


_TWICE = re.compile(r"(.)\1+")

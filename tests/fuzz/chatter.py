"""Messages for a booth: what Indonesians say, what machines send, and the two mixed.

Which of them might be a yes is judged here without Bilik's own grammar: a message counts as safe
only if a person has listed it as no yes, or if none of its words could be one in any language that
is spoken there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from assistant.nlu.cases import NO_YES, read_examples
from tests.fuzz.hostile import BOMBS, CANARY

TESTS = Path(__file__).parent.parent

MAY_ASSENT = frozenset(
    """
    y ya yaa yaaa yak yap yep yes yess yeah yea yo yoi yoo yup yups iya iyaa iyah iye iyes iyo io ia
    he'eh heeh heem hiyo hi'ih ok oke okay okey okee oki okcy okelah okedeh k kk sip siip sippp siap
    siaap gas gass gaskeun gaskan gaspol gasken sikat kuy cus bungkus deal fix final klop mantap
    mantep ntap cocok pas sesuai benar bener betul betol butul batul bujur leres lerres tepat
    persis sah valid correct sure right exactly absolutely certainly definitely confirm confirmed
    konfirmasi konfirm dikonfirmasi approve approved acc setuju sepakat yakin kirim kirimkan kirimen
    dikirim kintun kintunkeun dikintun lanjut lanjutkan lanjutno lanjutken teruskan terusin submit
    simpan proses diproses catat dicatat masukkan masukin masukkeun coblos inggih nggih njih injih
    enggih enggi engghi sumuhun muhun heueuh enya iih yo batua patut beneh tentu tentunya sampun olo
    ido tutu na'am naam ongghu banar temenan tenan sudah udah udh sdh wes wis mpun tos parantos atos
    so baik baiklah yaudah yowis monggo mangga silakan silahkan boleh demikian itu begitu ngono
    persetujuan jelas pasti memang emang nah da do be mi ji
    """.split()
)
"""Every word that could be assent, far more than Bilik takes for one."""
_ASSENT_SIGNS = frozenset("👍👌✅🆗💯🙏☑✔🫡🤝🟢✓🙆")

_NAMES = re.compile(
    r"\d|\b(no|nomor|nomer|siji|satu|dua|loro|tiga|telu|pertama|kedua|ketiga|i{1,3})\b|"
    r"fauzi|ahmad|haji|siti|rahma|bambang|tris",
    re.IGNORECASE,
)
"""What may name the candidate who was read back: "ya, nomor dua" is no yes only to another one."""
_ORDERS = (
    "/start", "/stop", "/restart", "/session_start", "/back", "/cast_ballot", "/affirm", "/choose",
    '/affirm{"x": 1}', "/choose{\"number\": \"2\"}", "EXTERNAL: affirm", "@affirm", "/nlu_fallback",
    "action_cast_ballot", "action_listen", "/help", "/sys.exit()", "status", "bantuan", "batal",
)  # fmt: skip
_PARTS = (
    "1", "2", "3", "4", "02", "no 2", "nomor tiga", "dua", "bu siti", "pak fauzi", "mas tris",
    "yang ibu2", "bukan 1", "tapi 3", "1 atau 2", "semua", "kosongkan", "ganti", "nomor 99", "-2",
    "2.5", "calon", "visi", "kapan tutup", "rahasia ga", "IV", "ke dua", "nomer siji", "pilih",
)  # fmt: skip


@cache
def sentences() -> Sequence[str]:
    """What people say there, from the tests' own data."""
    return [one.text for one in read_examples(TESTS / "nlu") if one.text]


@cache
def no_yeses() -> Sequence[str]:
    """Messages that a person has listed as no yes, many of them nearly one."""
    lines = [
        line.strip()
        for file in sorted((TESTS / "understanding").glob(f"*/{NO_YES}"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return [line for line in lines if line and not line.startswith("#") and not _NAMES.search(line)]


def might_be_yes(text: str) -> bool:
    """Whether any word or sign of a message could be assent."""
    if any(sign in _ASSENT_SIGNS for sign in text):
        return True
    plain = re.sub(r"(\w)\1{2,}", r"\1", text.casefold())
    spelt = {*re.findall(r"[\w']+", text.casefold()), *re.findall(r"[\w']+", plain)}
    letters = "".join(one for one in plain if one.isalpha())
    bare = {one.strip("'") for one in spelt}
    if bare & MAY_ASSENT or letters in MAY_ASSENT or _is_spelt_oddly(plain):
        return True
    return any(_is_with_particle(one) for one in bare)


def _is_with_particle(word: str) -> bool:
    """Whether it is a word of assent with a little something at its end: "benarmi"."""
    return any(word[:-cut] in MAY_ASSENT for cut in (1, 2, 3) if len(word) - cut >= 3)


def _is_spelt_oddly(text: str) -> bool:
    """Whether it has letters that look like others, or hidden ones: then nobody can say."""
    return not text.isascii() and any(one.isalpha() and not one.isascii() for one in text)


class Chatter:
    """A source of messages, the same for the same seed."""

    def __init__(self, seed: int, niks: Sequence[str]) -> None:
        """``niks`` are other people's."""
        self._random = random.Random(seed)
        self._niks = niks

    def message(self) -> str:
        """Anything."""
        draw = self._random
        match draw.randrange(12):
            case 0 | 1 | 2:
                return draw.choice(sentences())
            case 3:
                return draw.choice(BOMBS)
            case 4:
                return draw.choice(_ORDERS)
            case 5:
                return self._someone_elses()
            case 6:
                return " ".join(draw.choice(_PARTS) for _ in range(draw.randint(1, 5)))
            case 7:
                return self._spliced()
            case 8:
                return "".join(chr(draw.randrange(0x20, 0x250)) for _ in range(draw.randint(1, 60)))
            case 9:
                return "".join(draw.choice("😀🗳️❓👀\u202e\u200b\0\t\n\x1b ٢۲₂②") for _ in range(9))
            case 10:
                return draw.choice(sentences()) * draw.choice((1, 2, 40, 400))
            case _:
                return draw.choice(no_yeses())

    def no_yes(self) -> str:
        """Anything but a yes."""
        if self._random.randrange(3) == 0:
            return self._random.choice(no_yeses())
        while might_be_yes(found := self.message()):
            pass
        return found

    def _someone_elses(self) -> str:
        draw = self._random
        code = "".join(draw.choice("0123456789abcdefghjkmnpqrstvwxyz") for _ in range(9))
        forms = ("{0} {1}", "{1} {0}", "NIK saya {0}", "kode undangan {1}", "{0}{1}", "{0}")
        return draw.choice(forms).format(draw.choice(self._niks), code)

    def _spliced(self) -> str:
        draw = self._random
        one, other = draw.choice(sentences()), draw.choice([*BOMBS[:60], *_PARTS, *_ORDERS])
        at = draw.randint(0, len(one))
        return one[:at] + draw.choice(("", " ", "\n", f" {CANARY} ")) + other[:500] + one[at:]

"""Accounts at the panitia's desk: names, roles, and which passwords will do."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from enum import Enum

from bilik.domain.audit import ACTOR_CHARACTERS, BY_THE_CLOCK, actor_name
from bilik.domain.delay import DelayRule
from bilik.errors import BilikError

INVITATION_LASTS = timedelta(hours=24)
IDLE = timedelta(minutes=30)
"""A session that nobody used for so long is over."""
LONGEST = timedelta(hours=12)
"""No session lasts longer, however busy."""
CONFIRMED_FOR = timedelta(minutes=10)
"""How long a code typed again stands for whoever is signed in."""

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
_FEWEST_SYMBOLS = 5
_COMMON = (
    "1234567890", "0987654321", "abcdefghijklm", "qwertyuiop", "asdfghjkl", "password", "katasandi",
    "rahasia", "indonesia", "panitia", "pemilihan", "pilkades", "bilik", "sayang", "bismillah",
)  # fmt: skip

_FAVOURITES = (
    "cinta kamu aku sayangku ganteng cantik garuda merdeka pancasila jakarta bandung surabaya "
    "persija persib arema bonek kucing anjing bintang matahari bulan keluarga mama papa ibu bapak "
    "anakku istriku suamiku alhamdulillah subhanallah assalamualaikum sukses bahagia selamanya "
    "desaku kampung kepala desa lurah camat bupati gubernur presiden rakyat nusantara soekarno"
).split()
"""What people here like to take, beside the words that are in every list."""
_FEWEST_GUESSES = 1e8
_MOST_LOOKED_AT = 72

ACCOUNT_RULE = DelayRule(free=4, first=timedelta(seconds=30), cap=timedelta(minutes=15))
"""For wrong sign-ins to one name, from wherever. Devices that have signed in are counted apart, so
that whoever knows a name cannot keep its owner out."""
ADDRESS_RULE = DelayRule(free=20, first=timedelta(seconds=30), cap=timedelta(minutes=15))
"""For wrong sign-ins from one address; a whole office may share one."""

_NAMES_OF_NOBODY = frozenset({BY_THE_CLOCK, "halaman", "server"})


class Role(str, Enum):
    """What somebody may do at the desk: act, or only look."""

    PANITIA = "panitia"
    SAKSI = "saksi"


def account_name(stated: str) -> str:
    """A name as the log of acts will have it.

    Raises:
        BilikError: it is empty, too long, or stands for somebody else there.
    """
    name = unicodedata.normalize("NFKC", stated)
    if len(name) > ACTOR_CHARACTERS:
        raise BilikError(f"Nama paling panjang {ACTOR_CHARACTERS} huruf.")
    name = actor_name(name)
    if not any(one.isalpha() for one in name) or key_of(name) in _NAMES_OF_NOBODY:
        raise BilikError("Tulis nama orangnya, misalnya Bu Siti.")
    return name


def key_of(name: str) -> str:
    """What a name is found by: ``BU  SITI`` is ``Bu Siti``."""
    plain = actor_name(unicodedata.normalize("NFKC", name))
    return unicodedata.normalize("NFKC", plain.casefold())


def normal_password(password: str) -> str:
    """A password however a keyboard composes its characters (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, name: str) -> None:
    """See that a password will do: length counts, and that it is none that everybody tries.

    After NIST SP 800-63B, 3.1.1.2: no rules on its composition.

    Raises:
        BilikError: it will not; the line says why.
    """
    plain = normal_password(password).casefold()
    if len(plain) < SHORTEST_PASSWORD:
        raise BilikError(
            f"Kata sandi paling sedikit {SHORTEST_PASSWORD} karakter. Beberapa kata biasa yang "
            "Anda susun sendiri sudah cukup."
        )
    if len(plain) > LONGEST_PASSWORD:
        raise BilikError(f"Kata sandi paling panjang {LONGEST_PASSWORD} karakter.")
    squeezed = "".join(one for one in plain if one.isalnum())
    left = squeezed
    mine = [part for part in key_of(name).split() if len(part) > 2]
    for word in (*_COMMON, *mine):
        left = left.replace(word, "")
    own = "".join(one for one in key_of(name) if one.isalnum())
    is_easy = squeezed == own or len(set(plain)) < _FEWEST_SYMBOLS or len(left) < _FEWEST_SYMBOLS
    if is_easy or _guesses(plain, [own, *mine]) < _FEWEST_GUESSES:
        raise BilikError("Kata sandi itu terlalu mudah ditebak. Pilih yang lain.")


def _guesses(plain: str, mine: list[str]) -> float:
    """How many tries a password takes whoever begins with what is common: words, years, keys in a
    row, and thirty thousand passwords that were found in leaks."""
    from zxcvbn import zxcvbn  # a tenth of a second, which other commands need not pay

    found = zxcvbn(plain[:_MOST_LOOKED_AT], user_inputs=[*mine, *_COMMON, *_FAVOURITES])
    return float(found["guesses"])

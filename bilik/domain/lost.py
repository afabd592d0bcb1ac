"""Whether a message that holds a NIK says that the letter or its code is lost."""

from __future__ import annotations

from bilik.domain.words import words

_LETTERS = {
    "surat", "suratnya", "undangan", "undangannya", "kode", "kodenya", "kartu", "kartunya",
}  # fmt: skip
_GONE = {
    "hilang", "ilang", "kehilangan", "menghilang", "raib", "ketinggalan", "tertinggal", "tercecer",
    "kececer", "ketlisut", "kebuang", "terbuang", "rusak", "sobek", "robek", "kebakar", "terbakar",
    "lupa",
}  # fmt: skip
_NOT = {"belum", "tidak", "nggak", "tak", "enggak"}
_COME = {
    "dapat", "dapet", "dpt", "terima", "nerima", "menerima", "sampai", "datang", "dateng", "ada",
    "punya", "kebaca", "terbaca", "ketemu",
}  # fmt: skip


def says_lost(text: str) -> bool:
    """ "Surat saya hilang, NIK saya …", "… belum dapat undangan".

    Only to be asked of messages without a voting code: whoever has one has not lost it.
    """
    said = {word.text for word in words(text)}
    return bool(said & _LETTERS) and bool(said & _GONE or (said & _NOT and said & _COME))

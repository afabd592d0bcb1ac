"""A NIK with a letter that is lost, and a NIK alone."""

import pytest

from bilik.domain.lost import says_lost

NIK = "3329015203900001"


@pytest.mark.parametrize(
    "message",
    [
        "surat saya hilang, nik {nik}", "{nik} kodenya ilang", "kehilangan undangan {nik}",
        "blm dapat undangan, nik sy {nik}", "suratnya nggak sampai. NIK: {nik}",
        "{nik}, kode undangan lupa", "gk dpt surat {nik}", "surat sobek, kodenya tak terbaca {nik}",
    ],
)  # fmt: skip
def test_a_lost_letter_is_told_beside_the_nik(message: str) -> None:
    assert says_lost(message.format(nik=NIK))


@pytest.mark.parametrize(
    "message",
    [
        "{nik}", "nik saya {nik}", "ini nik saya {nik}, kodenya menyusul", "{nik} kode di surat",
        "nik {nik} surat sudah di tangan", "belum memilih, nik {nik}", "hp hilang, nik {nik}",
    ],
)  # fmt: skip
def test_a_nik_alone_says_nothing_of_it(message: str) -> None:
    assert not says_lost(message.format(nik=NIK))

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bilik.domain import crockford, lexicon, voting_code
from bilik.domain.everyday import is_everyday
from bilik.domain.masking import MAX_CHARACTERS, masked, says_something
from bilik.domain.people import is_fixed
from bilik.domain.words import words
from tests.elections import region, village

CONTESTS = village().contests


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        # digits
        ("nik saya 3329015203900001", "nik saya #"),
        ("３３２９ 0152.0390-0001", "# #.#-#"),
        ("٣٣٢٩ terus ➀ sama ²", "# terus # sama #"),
        ("yg ibu2 di rt03, jam7, bawa 12rb, guru2nya", "yg ibu# di rt#, jam#, bawa #rb, guru#nya"),
        # codes and receipts
        ("kodenya 7KQ-2M9-XDM kok ditolak", "kodenya KODE kok ditolak"),
        ("kode 7kq2 mxdt ga bisa", "kode KODE ga bisa"),
        ("kode saya KQXM-HDTR atau KQXMHDTR", "kode saya KODE atau KODE"),
        ("kode undangan tercecer di pasar", "kode undangan tercecer di pasar"),
        ("resi 8f3k-qxma-2 atau 8F3K QXMA 2", "resi KODE atau KODE #"),
        # links
        ("cek budi.s@gmail.com, www.x.co/a?b=1, https://x.id", "cek TAUTAN"),
        ("ig saya @budi_santoso ya", "ig saya TAUTAN ya"),
        ("wa.me/628123 gak kebuka", "TAUTAN gak kebuka"),
        # candidates
        ("visi pak fauzi apa", "visi pak NAMA apa"),
        ("bu siti rahmawti sama mas tris", "bu NAMA sama mas NAMA"),
        ("gak bu siti atau siapapun", "gak bu NAMA atau siapapun"),
        ("paksutrisno emang hebat", "NAMA emang hebat"),
        # others
        ("temen bu ratna dan pak joko susilo ga dapet", "temen bu NAMA dan pak NAMA ga dapet"),
        ("kak kodenya hilang, kak tolong", "kak kodenya hilang, kak tolong"),
        ("nak rendi, Bapak Drs. H. Maman Sukirman", "nak NAMA, Bapak Drs. H. NAMA"),
        ("nama saya siti aminah blm ada", "nama saya NAMA blm ada"),
        ("NAMA SAYA SUMARNI BELUM TERDAFTAR", "NAMA SAYA NAMA BELUM TERDAFTAR"),
        ("nama saya belum terdaftar", "nama saya belum terdaftar"),
        ("Nama: tono, namaku yoyok", "Nama: NAMA, namaku NAMA"),
        ("saya bernama ujang dan saya", "saya bernama NAMA dan saya"),
        ("pak hari, kak hari ini buka? terima kasih", "pak NAMA, kak hari ini buka? terima kasih"),
        ("saya Bagus, pelayanannya bagus", "saya NAMA, pelayanannya bagus"),
        # capitals
        ("Permisi. Kertasku sobek nih Min", "Permisi. Kertasku sobek nih Min"),
        ("halo\nKertasku sobek", "halo. Kertasku sobek"),
        ("saya dari Kuningan mau nanya", "saya dari NAMA mau nanya"),
        ("SAYA KEJEBAK MACET", "SAYA KEJEBAK MACET"),
        ("Budi Santoso mau nanya TPS", "NAMA mau nanya TPS"),
        ("M. Rizki mau daftar, 1. Rudi 2. Joko", "M. NAMA mau daftar, #. NAMA #. NAMA"),
        # the voter
        ("Wulandari gak ada, wulan nunggu", "NAMA gak ada, NAMA nunggu"),
        ("SAYA WULANDARI TAPI SALAH", "SAYA NAMA TAPI SALAH"),
        # what a terminal or a file could stumble over
        ("apa\x1b[2J\x07\u202e ini\ud800", "apa [KODE ini"),
        ("  apa\t ini\r\n\r\nmasak  gitu ", "apa ini. masak gitu"),
    ],
)  # fmt: skip
def test_what_is_kept_of_a_message(message: str, kept: str) -> None:
    assert masked(message, CONTESTS, ["Ni Wulandari, S.Pd."]) == kept


def test_both_names_of_a_pair_are_masked() -> None:
    text = masked("andi malarangi sama ruth itu gimana", region().contests)
    assert text == "NAMA sama NAMA itu gimana"


@pytest.mark.parametrize(
    ("message", "useful"),
    [("kodenya kok gitu", True), ("siti aminah", False), ("#", False), ("👍", False),
     ("7KQ-2M9-XDM", False), ("NAMA KODE TAUTAN", False), ("perintah", False)],
)  # fmt: skip
def test_a_message_without_a_word_of_everyday_may_be_a_mere_name(
    message: str, useful: bool
) -> None:
    assert says_something(masked(message, CONTESTS)) is useful


_WORDS = st.sampled_from(
    "saya Saya SAYA nama pak bu. Bu siti Siti fauzi kode KODE NAMA TAUTAN 7KQ 2M9 XDM MXDT ibu2 "
    "7kq-2m9-xdm 7KQ2 "
    "Kejebak hujan ga atau siapapun nomor dua tidak @budi a.id www.x 3329 , . \n ! - _ & rahma "
    "wati terima kasih I \u200b é e\u0301 ١ ② ½ # [ ] ' - : kodenya".split(" ")
)
_MESSAGES = st.one_of(
    st.text(max_size=400),
    st.lists(_WORDS, max_size=80).map(" ".join),
    st.lists(_WORDS, max_size=120).map("".join),
)
_NAMES = st.lists(st.text(max_size=20), max_size=2)


@given(_MESSAGES, _NAMES)
def test_masking_once_more_changes_nothing(text: str, names: list[str]) -> None:
    once = masked(text, CONTESTS, names)
    assert masked(once, CONTESTS, names) == once


@given(_MESSAGES, _NAMES)
def test_what_is_kept_is_one_short_printable_line_without_a_digit(
    text: str, names: list[str]
) -> None:
    kept = masked(text, CONTESTS, names)
    assert len(kept) <= MAX_CHARACTERS
    assert kept.isprintable()
    assert not any(one.isdigit() for one in kept)


@given(
    st.text(crockford.ALPHABET, min_size=8, max_size=8).filter(lambda one: not one.isdigit()),
    st.sampled_from(["{}", "halo {} ya", "kode: {}"]),
    st.sampled_from([str.lower, str.upper]),
)
def test_nothing_is_left_of_a_receipt(code: str, frame: str, written: Callable[[str], str]) -> None:
    assume(any(one.isdigit() for one in code))
    halves = written(code[:4]), written(code[4:])
    assume(not any(is_everyday("".join(filter(str.isalpha, half))) for half in halves))
    check = crockford.check_character(code)
    for said in (
        "".join(halves),
        "-".join(halves),
        " ".join(halves),
        f"{'-'.join(halves)}-{check}",
    ):
        kept = masked(frame.format(said), CONTESTS)
        assert not any(half in kept for half in halves)


@given(
    st.integers().map(lambda seed: voting_code.new_code(random.Random(seed).choice)),
    st.sampled_from(["{}", "halo {} ya", "kode: {}"]),
    st.sampled_from([str.lower, str.upper]),
)
def test_nothing_is_left_of_a_code(code: str, frame: str, written: Callable[[str], str]) -> None:
    groups = [written(code[start : start + 3]) for start in (0, 3, 6)]
    assume(not any(is_everyday("".join(filter(str.isalpha, group))) for group in groups))
    for said in ("".join(groups), "-".join(groups), " ".join(groups)):
        kept = masked(frame.format(said), CONTESTS)
        assert not any(group in kept for group in groups)


@given(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=12),
    st.sampled_from([str.lower, str.upper, str.title]),
    st.sampled_from(["{}", "halo {}, tolong", "SAYA {} INI", "{} belum terdaftar"]),
)
def test_the_voters_own_name_is_never_kept(
    name: str, written: Callable[[str], str], frame: str
) -> None:
    assume(name not in lexicon.DEGREE | {"kode", "nama", "tautan"})
    text = frame.format(written(name))
    message = words(text)
    assume(not any(is_fixed(message, at) for at in range(len(message))))  # "hari ini" is nobody
    kept = masked(text, CONTESTS, [f"Haji {name.title()} S.Pd."])
    assert name not in re.findall(r"\w+", kept.lower())


def test_masking_stays_quick_on_long_messages() -> None:
    source = random.Random(1)
    text = "".join(source.choice("aA1 .@-_\n") for _ in range(100_000))
    assert len(masked(text, CONTESTS)) <= MAX_CHARACTERS

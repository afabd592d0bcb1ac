from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilik.domain.choice import (
    Doubt,
    is_bare_number,
    is_choice_alone,
    named_contest,
    resolve,
)
from bilik.domain.election import BLANK, Candidate, Contest, Selection
from bilik.domain.hint import Hint
from bilik.domain.lexicon import ALL
from tests.elections import region, village

VILLAGE = village().contests
REGION = region().contests


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("2", 2),
        ("02", 2),
        ("saya pilih nomor 2", 2),
        ("gue coblos yg ibu2 itu dong", 2),
        ("nomer loro mawon", 2),
        ("PILIH NOMOR TIGA!!!", 3),
        ("bu siti", 2),
        ("Siti Rahmawati", 2),
        ("pak ahmad fauzi", 1),
        ("siti rahmawti", 2),
        ("mas tris aja", 3),
        ("bukan 1, tapi 3", 3),
        ("2 eh 3", 3),
        ("jangan 2, 3 aja", 3),
        ("saya pilih nomor 2 karena orangnya baik", 2),
        ("nomor 2, bu siti", 2),
        ("tidak ada selain 2", 2),
        ("Siti Rahmawati, S.Pd.", 2),
        ("H. Ahmad Fauzi, S.E.", 1),
        ("no2", 2),
        ("kosong dua", 2),
        ("tadinya 1 skrg 3", 3),
        ("dari nomor 1 ganti ke nomor 3", 3),
        ("yang paling bawah", 3),
        ("nomor 2, Bu Siti Rahmawati", 2),
        ("oh, maksud saya nomor 3", 3),
        ("harusnya saya pilih nomor 3", 3),
        ("pak saya pilih nomor 2", 2),
        ("3 bukan 2", 3),
        ("gak mau sama yg tadi, gw maunya nmr 3", 3),
        ("tidak jadi 1, nomor 2 saja", 2),
        ("pak fauzi… ga jadi, bu siti aja", 2),
        ("1... gak jadi deh, 3", 3),
        ("jangan salah catat ya, saya pilih 2", 2),
        ("duh pusing dengerin kampanye, makanya saya pilih 3", 3),
        ("selain 1 sama 3", 2),
        ("bu siti orangnya baik, saya pilih beliau", 2),
        ("bu siti, itu yang saya pilih", 2),
        ("dulu pak fauzi, tapi sekarang mantap bu siti", 2),
        ("bu siti dong, satu-satunya yang pernah nengok kampung", 2),
        ("tolong no 3 ya, hp saya jadul", 3),
        ("nomor dua soalnya jalannya jadi diaspal", 2),
        ("bu siti yang calon, bukan siti warung", 2),
        ("ahmad bukan ahmat", 1),
        ("kalau saya disuruh milih ya saya pilih bu siti", 2),
        ("calonnya cuma tiga, saya pilih 1", 1),
        ("saya mau yang pak bambang", 3),
        ("nomor satu... bentar... dua aja", 2),
        ("gue pilih 2 wkwk", 2),
        ("sayya pillih nomor duua", 2),
        ("kg bambang", 3),
    ],
)
def test_a_clear_choice_is_taken(message: str, number: int) -> None:
    assert resolve(message, VILLAGE).accepted == {"kades": number}


@pytest.mark.parametrize(
    ("message", "doubt"),
    [
        ("jangan pilih nomor 2", Doubt.REJECTED),
        ("bukan yang 2", Doubt.REJECTED),
        ("nomor 2 jelek", Doubt.TALK),
        ("temen saya pilih 2", Doubt.TALK),
        ("katanya nomor 2 korupsi", Doubt.TALK),
        ("kalau nomor 1 menang gimana", Doubt.TALK),
        ("1 atau 2 ya?", Doubt.SEVERAL),
        ("bapak saya pilih 2", Doubt.TALK),
        ("jangan nomor 2, saya tidak mau dia", Doubt.REJECTED),
        ("nomor 2 songong banget", Doubt.TALK),
        ("bambang hermanto", Doubt.TALK),
        ("bukan tidak mau 2", Doubt.TALK),
        ("1 atau 2", Doubt.SEVERAL),
        ("nomor 9", Doubt.NOT_ON_BALLOT),
        ("nomor 2 jangan deh", Doubt.REJECTED),
        ("nomor 2 ga mau", Doubt.REJECTED),
        ("bu siti saya gak pilih", Doubt.REJECTED),
        ("2 ga jadi", Doubt.REJECTED),
        ("1 jangan 2 aja", Doubt.TALK),
        ("jangan 1, 3", Doubt.TALK),
        ("jangan 2, pilih bu siti", Doubt.TALK),
        ("2 eh", Doubt.TALK),
        ("saya siti rahmawati", Doubt.TALK),
        ("dia pilih 2", Doubt.TALK),
        ("kok jadi nomor 2", Doubt.TALK),
        ("bu bambang aja", Doubt.NOT_ON_BALLOT),
        ("2 ❌", Doubt.TALK),
        ("walikota nomor 2", Doubt.TALK),
        ("pilih salah satu", Doubt.NOTHING),
        ("rumah nomor 3", Doubt.NOTHING),
        ("hari ke 2", Doubt.NOTHING),
        ("umur saya 2 tahun", Doubt.NOTHING),
        ("rt 2 rw 3", Doubt.NOTHING),
        ("jam 7.30", Doubt.NOTHING),
        ("siti nurhaliza", Doubt.TALK),
        ("kotak kosong", Doubt.NOT_ON_BALLOT),
        ("halo", Doubt.NOTHING),
    ],
)
def test_what_is_no_clear_choice_is_asked_about(message: str, doubt: Doubt) -> None:
    resolution = resolve(message, VILLAGE)
    assert (resolution.accepted, resolution.doubt) == ({}, doubt)


@pytest.mark.parametrize(
    ("message", "asked", "accepted"),
    [
        ("gubernur 1, bupati 2", None, {"gubernur": 1, "bupati": 2}),
        ("gubernur 1 bupati 2", "gubernur", {"gubernur": 1, "bupati": 2}),
        ("1 buat gubernur, 2 buat bupati", None, {"gubernur": 1, "bupati": 2}),
        ("gubernur: 1, bupati: 2", "gubernur", {"gubernur": 1, "bupati": 2}),
        ("bupati: 1", "gubernur", {"bupati": 1}),
        ("untuk bupati, nomor 1", "gubernur", {"bupati": 1}),
        ("1 bupati", "gubernur", {"bupati": 1}),
        ("2 bupati 1 gubernur", "gubernur", {"gubernur": 1, "bupati": 2}),
        ("gubernur 1, bupati 2, eh 1", "gubernur", {"gubernur": 1, "bupati": 1}),
        ("gub1 bup2", "gubernur", {"gubernur": 1, "bupati": 2}),
        ("2", "bupati", {"bupati": 2}),
        ("2", "gubernur", {"gubernur": 2}),
        ("bu dewi kartika", None, {"gubernur": 2}),
        ("hasan basri", "bupati", {"gubernur": 2}),
        ("kotak kosong", "bupati", {"bupati": 2}),
        ("gubernur 2, bupati kosongkan", None, {"gubernur": 2, "bupati": BLANK}),
    ],
)
def test_several_contests_in_one_message(
    message: str, asked: str | None, accepted: dict[str, Selection]
) -> None:
    assert resolve(message, REGION, asked).accepted == accepted


def test_a_bare_number_without_a_contest_asked_is_no_choice() -> None:
    assert resolve("2", REGION).doubt is Doubt.WHICH_CONTEST


NUMBERED = (
    Contest(
        "kades",
        "Kepala Desa",
        (
            Candidate(1, ("Dwi Astuti",)),
            Candidate(2, ("Kasih Lestari",)),
            Candidate(3, ("Esa Hari",)),
        ),
    ),
)


@pytest.mark.parametrize(
    ("message", "number"),
    [("dwi", 1), ("dwi astuti", 1), ("esa", 3), ("nomor dwi", 2), ("2", 2), ("kasih lestari", 2)],
)
def test_a_candidate_may_be_called_like_a_number(message: str, number: int) -> None:
    assert resolve(message, NUMBERED).accepted == {"kades": number}


@pytest.mark.parametrize("message", ["terima kasih", "hari ini saya mau nyoblos", "halo saya esa"])
def test_a_name_within_an_everyday_phrase_is_none(message: str) -> None:
    assert not is_choice_alone(message, NUMBERED, "kades")


def test_a_contest_is_found_by_title_and_by_alias() -> None:
    assert named_contest("yang gubernur aja", REGION) == "gubernur"
    assert named_contest("cabup", REGION) == "bupati"
    assert named_contest("gubernur sama bupati", REGION) is None


_WORDS = sorted(ALL | {"siti", "bambang", "dewi", "1", "2", "9", ",", "?", "!", "kotak kosong"})


@given(st.text(max_size=300) | st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join))
def test_whatever_is_typed_only_what_is_on_the_ballot_is_accepted(text: str) -> None:
    for contests, hint in product((VILLAGE, REGION), Hint):
        resolution = resolve(text, contests, contests[0].id, hint)
        for contest in contests:
            selection = resolution.accepted.get(contest.id, BLANK)
            assert selection is BLANK or contest.candidate(int(str(selection)))
        assert not (resolution.accepted and resolution.doubt)


@given(st.sampled_from([1, 2, 3]), st.sampled_from(["jangan ", "bukan ", "ogah sama nomor "]))
def test_what_is_rejected_is_never_accepted(number: int, negation: str) -> None:
    resolution = resolve(f"{negation}{number}", VILLAGE)
    assert resolution.accepted == {}
    assert resolution.rejected == {"kades": frozenset({number})}


@pytest.mark.parametrize(
    ("message", "bare"),
    [("2", True), ("nomor 2 aja", True), ("yang 3 dong", True), ("2 orang", False),
     ("1 atau 2", False), ("temen saya 2", False), ("", False)],
)  # fmt: skip
def test_a_bare_number_is_known_by_its_form(message: str, bare: bool) -> None:
    assert is_bare_number(message) is bare

from datetime import date

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.id import nik as stdnum_nik

from bilik.domain import nik_signs, phone
from bilik.domain.phone import normal_phone
from bilik.domain.roll import (
    Columns,
    Oddity,
    RollEntry,
    RollReader,
    find_columns,
    is_numbering,
    missing_columns,
)

NIK = "3329015203900001"
READER = RollReader(Columns(0, 1, 2, 3), date(2026, 11, 29), 17)


@pytest.mark.parametrize(
    ("titles", "columns"),
    [
        ("nik,nama,no_hp,tps", Columns(0, 1, 2, 3)),
        ("NO,NO. KTP,Nama Lengkap,No HP / WA,No. TPS", Columns(1, 2, 3, 4)),
        (" Nama Pemilih ,NOMOR INDUK KEPENDUDUKAN,Telepon", Columns(1, 0, 2, None)),
        ("Nama,NIK,RT/RW,TPS", Columns(1, 0, None, 3)),
        ("TPS,RT,NIK,NAMA", Columns(2, 3, None, 0)),
        ("NIK,NIK,Nama", Columns(0, 2, None, None)),
        ("nama,alamat", None),
        ("", None),
    ],
)
def test_columns_are_found_by_their_titles_in_any_case(
    titles: str, columns: Columns | None
) -> None:
    assert find_columns(titles.split(",")) == columns


def test_what_is_missing_among_the_titles_is_named() -> None:
    assert missing_columns(["alamat", "NAMA"]) == ["nik"]
    assert missing_columns([]) == ["nik", "nama"]


@pytest.mark.parametrize(
    ("cells", "yes"),
    [(["(1)", "(2)", "(3)"], True), (["1", "2", "", "4"], True), (["1", "Siti"], False),
     (["1"], False), ([NIK, "2"], False)],
)  # fmt: skip
def test_a_row_that_numbers_the_columns_is_no_voter(cells: list[str], yes: bool) -> None:
    assert is_numbering(cells) is yes


@pytest.mark.parametrize(
    ("cells", "entry"),
    [
        ((NIK, "Siti Rohmah", "081234567890", "03"), ("Siti Rohmah", "03", "+6281234567890")),
        (("3329 0152 0390 0001", "Siti", "", ""), ("Siti", "", "")),
        (("'3329015203900001", "Siti", "", ""), ("Siti", "", "")),
        (("3329.015203.900001", "Siti", "", ""), ("Siti", "", "")),
        (("\u200e3329015203900001\u00a0", "Siti\u00a0 Rohmah", "", "\u00a03"),
         ("Siti Rohmah", "3", "")),
        ((NIK, "  H.  Ahmad,  S.E. ", "", " TPS  1 "), ("H. Ahmad, S.E.", "TPS 1", "")),
        ((NIK, "Siti"), ("Siti", "", "")),
    ],
)  # fmt: skip
def test_a_row_is_read_without_what_a_spreadsheet_leaves_around_it(
    cells: tuple[str, ...], entry: tuple[str, str, str]
) -> None:
    row = READER.read(cells)
    assert row.mistakes == ()
    assert row.entry == RollEntry(NIK, *entry)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (("3.32902E+15", "Siti"), "3,32E+15"),
        (("3,32902E+15", "Siti"), "ke Teks"),
        (("329015203900001", "Siti"), "hanya 15 angka"),
        (("0329015203900001", "Siti"), "tidak pernah diawali 0"),
        (("33290152039000011", "Siti"), "yang tertulis 17"),
        (("332901520390000I", "Siti"), "selain angka"),
        (("٣٣٢٩٠١٥٢٠٣٩٠٠٠٠١", "Siti"), "selain angka"),
        (("", "Siti"), "NIK belum diisi"),
        ((NIK, " "), "nama belum diisi"),
        ((NIK, "#N/A"), "galat rumus"),
        ((NIK, "Siti 081234567890"), "angka panjang"),
        ((NIK, "Siti\nRohmah"), "kutip"),
        ((NIK, "Siti", f"x\n{NIK}"), "kutip"),
        ((NIK, "Siti", "6,28123E+12"), "6,28E+12"),
        ((NIK, "Siti", "0212345678"), "nomor HP tidak terbaca"),
        ((NIK, "Siti", "081234567890/081234567891"), "satu nomor"),
        ((NIK, "Siti", "", "2026-02-01"), "menjadi tanggal"),
        ((NIK, "Siti", "", "01-Feb"), "menjadi tanggal"),
        ((NIK, "Siti", "", "2-Agu"), "menjadi tanggal"),
    ],
)
def test_a_row_that_cannot_stand_says_why_and_nothing_of_what_is_in_it(
    cells: tuple[str, ...], says: str
) -> None:
    row = READER.read(cells)
    assert row.entry is None
    assert says in " ".join(row.mistakes)
    assert all(cell not in " ".join(row.mistakes) for cell in cells if len(cell) > 6)


def test_all_mistakes_of_a_row_are_told_at_once() -> None:
    assert len(READER.read(("12", "", "abc", "01-Feb")).mistakes) == 4


@pytest.mark.parametrize("tps", ["01/02", "001", "RT 3", "Dusun Maret", "2 Marina", "3", "12-13"])
def test_a_tps_is_what_is_written(tps: str) -> None:
    entry = READER.read((NIK, "Siti", "", tps)).entry
    assert entry is not None
    assert entry.tps == tps


@pytest.mark.parametrize(
    ("nik", "oddities"),
    [
        (NIK, ()),
        ("9999015203900001", (Oddity.PLACE,)),
        ("3329013002900001", (Oddity.BIRTH,)),
        ("3329018002900001", (Oddity.BIRTH,)),
        ("3329015213900001", (Oddity.BIRTH,)),
        ("3329012911090001", ()),
        ("3329013011090001", (Oddity.YOUNG,)),
        ("3329017011090001", (Oddity.YOUNG,)),
        ("9999013011090001", (Oddity.PLACE, Oddity.YOUNG)),
    ],
)
def test_an_odd_nik_is_pointed_out_and_stands(nik: str, oddities: tuple[Oddity, ...]) -> None:
    row = READER.read((nik, "Siti"))
    assert row.entry is not None
    assert row.oddities == oddities


def test_without_a_least_age_nobody_is_too_young() -> None:
    reader = RollReader(Columns(0, 1, None, None), date(2026, 11, 29), 0)
    assert reader.read(("3329013011150001", "Siti")).oddities == ()


@given(
    st.dates(date(1930, 1, 1), date(2025, 12, 31)),
    st.dates(date(2026, 1, 1), date(2100, 1, 1)),
    st.integers(1, 99),
)
@example(date(2004, 2, 29), date(2028, 2, 29), 24)
@example(date(2004, 2, 29), date(2027, 2, 28), 23)
def test_who_was_born_by_the_birthday_is_old_enough(born: date, at: date, age: int) -> None:
    years = at.year - born.year - ((at.month, at.day) < (born.month, born.day))
    assert (born <= nik_signs.birthday_of(age, at)) is (years >= age)


_DIGITS = st.text("0123456789", min_size=16, max_size=16)


@given(_DIGITS)
@example("3329012902000001")
def test_a_nik_is_odd_exactly_where_stdnum_finds_it_so(nik: str) -> None:
    sound = nik_signs.has_known_place(nik) and nik_signs.birth_date(nik, date(2026, 1, 1))
    assert bool(sound) is stdnum_nik.is_valid(nik)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0812-3456-7890", "+6281234567890"),
        ("62812 3456 7890", "+6281234567890"),
        ("+62 (0)812 3456 7890", "+6281234567890"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("\u202a+62 812‑3456‑7890\u202c", "+6281234567890"),
        ("'081234567890", "+6281234567890"),
        ("8123456789", "+628123456789"),
        ("+60 12-345 6789", "+60123456789"),
        ("", ""),
        ("   ", ""),
        ("021-5551234", None),
        ("0812", None),
        ("08123456789012345", None),
        ("081234567890 ext 2", None),
        ("abc", None),
    ],
)
def test_telephone_numbers_take_one_form(typed: str, number: str | None) -> None:
    assert normal_phone(typed) == number


@given(
    st.sampled_from(["0", "62", "+62", "+620", "8", ""]),
    st.text("0123456789", min_size=5, max_size=14),
)
def test_the_numbering_plan_alone_says_what_the_library_says(start: str, digits: str) -> None:
    number = "8" + digits
    written = f"+62{number}"
    parsed = phonenumbers.parse(written, "ID")
    is_mobile = phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    by_plan = bool(phone._indonesian_mobile().fullmatch(number))
    assert by_plan is is_mobile
    if by_plan and start != "8":
        assert normal_phone(start + number) == written

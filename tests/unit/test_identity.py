from datetime import date, timedelta

import pytest

from bilik.domain.delay import SENDER_RULE
from bilik.domain.identity import (
    Credentials,
    find_credentials,
    form_of_address,
    masked_name,
    masked_nik,
)

NIK = "3329015203900001"


@pytest.mark.parametrize(
    ("message", "nik", "code"),
    [
        (f"nik saya {NIK} kode 7KQ-2M9-XDM", NIK, "7KQ2M9XDM"),
        (f"7kq2m9xdm {NIK}", NIK, "7KQ2M9XDM"),
        (f"{NIK} kodenya 7kq2m9xdm", NIK, "7KQ2M9XDM"),
        ("3329 0152 0390 0001", NIK, None),
        ("3329.0152.0390.0001 7KQ 2M9 XDM", NIK, "7KQ2M9XDM"),
        ("NIK：３３２９０１５２０３９００００１", NIK, None),
        ("kode 7KQ-2M9-XDM", None, "7KQ2M9XDM"),
        ("kode undangan saya KQXM-HDTR", None, None),
        ("kode 7KQ2 M9XDM", None, "7KQ2M9XDM"),
        ("kode 7KQ 2M9 XDM", None, "7KQ2M9XDM"),
        ("7KQ-2M9-XOE", None, "7KQ2M9X0E"),
        ("saya pilih nomor 2", None, None),
        ("silahkan terdaftar", None, None),
        ("081234567890", None, None),
        ("kode dari surat udah gw ketik persis", None, None),
        ("kodenya cuma kebaca 4 huruf depan", None, None),
        ("mohon bantuan, undangan saya tercecer di pasar", None, None),
    ],
)
def test_nik_and_code_are_found_in_any_words(
    message: str, nik: str | None, code: str | None
) -> None:
    found = find_credentials(message)
    assert (found.nik, found.code) == (nik, code)


def test_a_number_that_is_no_nik_by_its_length_is_told_apart() -> None:
    assert find_credentials("nik 332901520390001").odd_digits == 15


def test_credentials_do_not_show_what_they_hold() -> None:
    assert NIK not in repr(Credentials(NIK, "7KQ2M9XDM"))


def test_names_and_niks_are_masked() -> None:
    assert masked_name("Siti Rahmawati") == "S••• R•••"
    assert masked_name("DRS. H. JUMADI SANTOSO, S.AG.") == "J••• S•••"
    assert masked_name("H. M.") == "H••• M•••"
    assert masked_nik(NIK) == "332901********01"


@pytest.mark.parametrize(
    ("nik", "address"),
    [
        (NIK, "Bu"),
        ("3329011203900001", "Pak"),
        ("3329011203050001", "Kak"),
        ("3329019999990001", ""),
    ],
)
def test_the_form_of_address_follows_the_birth_date(nik: str, address: str) -> None:
    assert form_of_address(nik, date(2026, 11, 24)) == address


def test_delays_grow_are_capped_and_never_last_for_ever() -> None:
    delays = [SENDER_RULE.after(failures) for failures in range(1, 1000)]
    assert delays[0] == timedelta(0)
    assert delays == sorted(delays)
    assert max(delays) == timedelta(minutes=15)

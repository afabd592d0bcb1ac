import pytest

from bilik.domain.wondering import asks_what_if


@pytest.mark.parametrize(
    "text",
    [
        "kalau salah bisa diganti?",
        "klo udah kekirim masih bs diubah?",
        "misal salah pencet gimana",
        "seandainya saya berubah pikiran, boleh ganti?",
        "yen kleru iso diganti ora",
    ],
)
def test_a_case_that_may_never_come_is_no_wish(text: str) -> None:
    assert asks_what_if(text)


@pytest.mark.parametrize(
    "text",
    [
        "ganti",
        "bisa diganti?",
        "boleh ubah ga",
        "klo gitu ganti aja",
        "kalau boleh saya mau ganti",
        "kalau bisa ganti nomor 2",
        "saya mau ganti kalau begitu",
        "",
    ],
)
def test_a_wish_is_one_also_where_it_is_put_as_a_question(text: str) -> None:
    assert not asks_what_if(text)

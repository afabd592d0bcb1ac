"""While people vote, and long after: later hours, letters told lost, trustees' links, data gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from bilik.clock import system_clock
from bilik.domain.accounts import Role
from bilik.domain.audit import Act
from bilik.services.outcomes import Kind
from bilik.web.panitia.log import _ACTS
from tests.booth import HandClock, Polling, set_up
from tests.elections import VILLAGE, open_now
from tests.pages import Pages, serve
from tests.web.desk import Visitor, enrolled, seated, words

HOME = "/panitia/p/sukamaju-2026"
LONG_AGO = VILLAGE.replace("2026-11-29", "2026-09-27").replace("sukamaju-2026", "dulu-2026")
WITH_TRUSTEES = VILLAGE.replace("sukamaju-2026", "bersama-2026") + (
    "saksi:\n  ambang: 2\n  nama: [Bu Sri, Pak Dedi, Mas Joko]\n"
)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Polling]:
    """An open village, one that was counted two months ago, and a draft whose key trustees hold."""
    directory = tmp_path_factory.mktemp("village")
    polling = set_up(directory, open_now(VILLAGE), voters=6, clock=system_clock)
    for name, role in (
        ("Bu Siti", Role.PANITIA), ("Pak Dedi", Role.PANITIA), ("Pak Saksi", Role.SAKSI),
    ):  # fmt: skip
        enrolled(polling.database, name, role)
    then = HandClock(datetime.fromisoformat("2026-09-27T03:00:00+00:00"))
    (directory / "dulu").mkdir()
    before = set_up(directory / "dulu", LONG_AGO, 4, polling.url, then, first=100)
    before.vote("web:1", "2")
    before.desk.close("dulu-2026")
    before.desk.tally("dulu-2026")
    (directory / "bersama.yml").write_text(WITH_TRUSTEES, encoding="utf-8")
    polling.desk.load_election(directory / "bersama.yml")
    return polling


@pytest.fixture(scope="module")
def pages(village: Polling, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with serve(tmp_path_factory.mktemp("pages"), village.url, village.trustee_dir) as running:
        yield running


@pytest.fixture(scope="module")
def siti(pages: Pages, village: Polling) -> Visitor:
    return seated(pages.url, village.database, "Bu Siti")


@pytest.fixture(scope="module")
def dedi(pages: Pages, village: Polling) -> Visitor:
    return seated(pages.url, village.database, "Pak Dedi")


def test_an_hour_that_does_not_go_is_asked_for_again_with_what_was_typed(siti: Visitor) -> None:
    typed = {"sampai": "2020-01-01 10.00", "alasan": "Listrik padam"}
    refused = siti.post(f"{HOME}/perpanjang", typed)
    assert (refused.status_code, "hanya bisa diundur" in words(refused)) == (400, True)
    assert 'value="Listrik padam"' in refused.text


def test_a_later_hour_is_shown_with_the_one_that_was_planned(
    siti: Visitor, village: Polling
) -> None:
    done = siti.post(
        f"{HOME}/perpanjang", {"sampai": "2100-01-01 15.00", "alasan": "Listrik padam"}
    )
    page = words(siti.follow(done))
    assert "Jam tutup diundur." in page
    assert "1 Januari 2100 pukul 15.00 WIB Diundur, semula" in page
    (log,) = village.desk.logs("sukamaju-2026")
    assert (log.entries[-1].act, log.entries[-1].actor) == (Act.EXTEND.value, "Bu Siti")


def test_the_ballots_of_each_hour_are_shown(siti: Visitor, village: Polling) -> None:
    village.vote("web:hour", "1", voter=5)
    village.desk.tend("sukamaju-2026")
    assert "Suara masuk, menurut jam" in words(siti.get(HOME))


def test_a_letter_told_lost_in_a_chat_is_replaced_by_two(
    siti: Visitor, dedi: Visitor, village: Polling, pages: Pages
) -> None:
    for voter in (0, 1):
        told = village.booth.report_lost(f"web:lost{voter}", village.pairs[voter][0])
        assert told.kind is Kind.LOST_NOTED
    first, second = village.desk.lost_letters("sukamaju-2026")
    asked = siti.post(f"{HOME}/cadangan/laporan/{first.number}/minta")
    assert "Minta anggota lain menyetujuinya." in words(asked)
    turned_down = siti.post(f"{HOME}/cadangan/laporan/{second.number}/tolak")
    assert "Laporan itu ditolak." in words(turned_down)
    assert village.desk.lost_letters("sukamaju-2026") == []
    (request,) = village.desk.requests("sukamaju-2026")
    witness = seated(pages.url, village.database, "Pak Saksi").get(f"{HOME}/cadangan")
    assert (request.name in dedi.get(f"{HOME}/cadangan").text, request.name in witness.text) == (
        True, False,
    )  # fmt: skip
    given = dedi.post(f"{HOME}/cadangan/{request.number}/setujui")
    assert "amplop cadangan nomor" in words(given)


def test_each_trustee_has_a_link_of_their_own_that_only_the_panitia_sees(
    siti: Visitor, village: Polling, pages: Pages
) -> None:
    witness = seated(pages.url, village.database, "Pak Saksi")
    there = words(siti.get("/panitia/p/bersama-2026/saksi"))
    links = village.desk.trustee_links(pages.url, "bersama-2026")
    assert [one.url in there for one in links] == [True] * 3
    assert "#1-" not in witness.get("/panitia/p/bersama-2026/saksi").text


def test_voters_data_goes_after_its_time_by_two_members(siti: Visitor, dedi: Visitor) -> None:
    home = "/panitia/p/dulu-2026"
    assert "Hapus data pemilih" in words(siti.get(home))
    siti.post(f"{home}/data/minta")
    assert "Diminta oleh Bu Siti" in words(siti.get(f"{home}/data"))
    own = siti.post(f"{home}/data/hapus")
    assert (own.status_code, "anggota panitia lain" in words(own)) == (400, True)
    done = words(dedi.follow(dedi.post(f"{home}/data/hapus")))
    assert "Data pemilih sudah dihapus." in done
    assert "Data pemilih sudah dihapus." in words(siti.get(home))
    assert siti.get(f"{home}/jejak").status_code == 200


def test_data_that_is_still_needed_stays(siti: Visitor) -> None:
    refused = siti.post(f"{HOME}/data/minta")
    assert refused.status_code == 400
    assert "Belum waktunya" in words(siti.get(f"{HOME}/data"))


def test_every_act_in_the_log_has_words_at_the_desk() -> None:
    assert {one.value for one in Act} == set(_ACTS)

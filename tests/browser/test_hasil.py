"""The public page on election night, in a real browser: it follows the box by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from bilik.clock import system_clock
from bilik.services.batches import BATCH
from bilik.services.keeper import Keeper
from bilik.services.outcomes import Kind
from tests.booth import Polling, set_up
from tests.browser.accessibility import violations
from tests.browser.chat import DESKTOP, PHONE, WAIT_MS
from tests.elections import REGION, open_now
from tests.pages import Pages, serve

VOTERS = 110
IS_WIDER_THAN_ITS_WINDOW = "document.documentElement.scrollWidth > innerWidth"


@dataclass
class Night:
    """An election with live results, its keeper, and the pages that show it."""

    polling: Polling
    keeper: Keeper
    pages: Pages
    voted: int = 0

    @property
    def url(self) -> str:
        return f"{self.pages.url}/hasil"

    def votes_come(self, many: int) -> str:
        """So many vote, two of three for the first of each contest; the last one's receipt."""
        receipt = ""
        for voter in range(self.voted, self.voted + many):
            sender, choice = f"web:{voter}", 2 if voter % 3 == 2 else 1
            assert self.polling.identify(sender, voter).kind is Kind.IDENTIFIED
            self.polling.booth.choose(sender, f"gubernur {choice}")
            read_back = self.polling.booth.choose(sender, f"{choice}")
            outcome = self.polling.booth.confirm(sender, "ya", read_back.scene.readback)
            assert outcome.kind is Kind.RECORDED
            receipt = outcome.scene.receipt or ""
        self.voted += many
        return receipt


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    directory = tmp_path_factory.mktemp("night")
    polling = set_up(directory, open_now(REGION), VOTERS, clock=system_clock)
    told: list[str] = []
    with serve(directory, polling.url, polling.trustee_dir) as running:
        yield Night(polling, Keeper(polling.desk, told.append, directory / "terbitan"), running)
    assert told == []


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages in browsers of their own; none may have met an error by the end."""
    pages: list[Page] = []
    errors: list[str] = []

    def open_one(url: str, **how: Any) -> Page:
        context = browser.new_context(locale="id-ID", **{"viewport": PHONE, **how})
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(url)
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        page.context.close()
    assert errors == []


def photograph(pages: dict[str, Page], directory: Path, name: str) -> None:
    """Each page as it is, all of it; and what is wrong with it for who cannot see or point well."""
    for where, page in pages.items():
        page.screenshot(
            path=directory / f"hasil-{name}-{where}.png", full_page=True, animations="disabled"
        )
        assert violations(page) == []
        assert not page.evaluate(IS_WIDER_THAN_ITS_WINDOW)


def test_open_pages_follow_the_votes_and_show_the_result_by_themselves(
    night: Night, open_page: OpenPage, pictures: Path
) -> None:
    pages = {
        "ponsel": open_page(night.url, color_scheme="light"),
        "layar": open_page(night.url, color_scheme="dark", viewport=DESKTOP),
    }
    for page in pages.values():
        expect(page.get_by_text("Halaman ini diperbarui sendiri.")).to_be_visible()
        page.evaluate("window.sameAsBefore = true")
    night.votes_come(11)
    for page in pages.values():
        expect(page.locator(".huge")).to_have_text("10,0%")
        expect(page.get_by_text("11 dari 110 pemilih sudah memilih")).to_be_visible()
        expect(page.locator("[data-lebar=memilih]")).to_have_attribute("width", "100")
    photograph(pages, pictures, "berlangsung")

    for many in (BATCH - 11, BATCH):
        night.votes_come(many)
        night.keeper.look_after()
    for page in pages.values():
        expect(page.get_by_text(f"Hasil sementara, dari {BATCH} suara")).to_be_visible()
        leader = page.get_by_role("listitem").filter(has_text="Andi Mallarangi & Ruth Sondakh")
        expect(leader).to_contain_text("68,0%")
        expect(leader.locator("[data-lebar]")).to_have_attribute("width", "680")
    photograph(pages, pictures, "sementara")

    night.votes_come(20)
    night.polling.desk.close()
    for page in pages.values():
        expect(page.get_by_text("Hasilnya muncul sebentar lagi.")).to_be_visible()
    photograph(pages, pictures, "ditutup")

    night.keeper.look_after()
    for page in pages.values():
        expect(page.get_by_text("Unduh kotak suara")).to_be_visible()
        expect(page.locator("#kabar")).to_have_text("Hasil akhir")
        winner = "Suara terbanyak: nomor 1, Andi Mallarangi & Ruth Sondakh."
        expect(page.get_by_text(winner)).to_be_visible()
        alone = "Calon tunggal, Lukman Hakim & Yuliana Tandi, mendapat lebih dari setengah"
        expect(page.get_by_text(alone)).to_be_visible()
        expect(page.get_by_text("70 dari 110 pemilih sudah memilih")).to_be_visible()
        expect(page.get_by_role("row", name="TPS 01")).to_contain_text("24 dari 37")
        assert page.evaluate("window.sameAsBefore")  # nobody has loaded it again
    photograph(pages, pictures, "akhir")


def test_without_scripts_all_figures_are_there_and_come_anew(
    night: Night, open_page: OpenPage
) -> None:
    page = open_page(night.url, java_script_enabled=False)
    expect(page.locator(".huge")).to_have_text("63,6%")
    expect(page.get_by_role("listitem").filter(has_text="Andi Mallarangi")).to_contain_text("47")
    expect(page.get_by_role("link", name="Muat ulang halaman ini")).to_be_visible()
    expect(page.get_by_text("diperbarui sendiri")).to_be_hidden()


def test_a_hidden_page_rests_and_is_up_to_date_when_it_is_looked_at(
    night: Night, open_page: OpenPage
) -> None:
    page = open_page("about:blank")
    listening: list[str] = []
    page.on("request", lambda one: listening.append(one.url) if "peristiwa" in one.url else None)
    page.goto(night.url)
    expect(page.locator(".huge")).to_have_text("63,6%")
    for hidden in (True, False):
        page.evaluate(
            """(value) => {
                Object.defineProperty(document, "hidden", { value, configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }""",
            hidden,
        )
    page.wait_for_function(
        "performance.getEntriesByType('resource').some((one) => one.name.endsWith('peristiwa'))"
    )
    assert len(listening) == 2


def test_a_receipt_is_looked_up_and_leaves_no_trace_in_the_address(
    night: Night, open_page: OpenPage, pictures: Path
) -> None:
    with night.polling.database.read() as connection:
        receipt = connection.exec_driver_sql("SELECT min(receipt) FROM ballots").scalar_one()
    page = open_page(night.url)
    page.get_by_label("Tanda terima dari Bilik").fill(receipt)
    page.get_by_role("button", name="Periksa").click()
    expect(page.get_by_role("status")).to_contain_text(f"{receipt}: tercatat.")
    assert page.url.endswith("/tanda-terima")
    page.screenshot(path=pictures / "hasil-tanda-terima-ponsel.png", full_page=True)
    assert violations(page) == []


def test_the_result_is_printed_whole(night: Night, open_page: OpenPage, pictures: Path) -> None:
    page = open_page(night.url, viewport=DESKTOP, color_scheme="dark")
    with pypdfium2.PdfDocument(page.pdf(format="A4")) as document:
        assert len(document) <= 3
        text = " ".join(
            word for one in document for word in one.get_textpage().get_text_range().split()
        )
        for place, sheet in enumerate(document, start=1):
            sheet.render(scale=1.5).to_pil().save(pictures / f"hasil-cetak-{place}.png")
    for words in ("Andi Mallarangi & Ruth Sondakh", "Kotak Kosong", "67,1%", "TPS 03", "SHA-256"):
        assert words in text
    assert "Tanda terima" not in text  # no buttons on paper

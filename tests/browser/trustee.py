"""A trustee at their own screen: a phone or a laptop, and the files saved on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Locator, Request, ViewportSize, expect

from tests.browser.chat import PHONE, Chat, opened

PASSPHRASE = "bako timu rela sodu"


@dataclass
class Screen:
    """The trustees' page in a browser of its own; ``folder`` is where the trustee keeps files."""

    chat: Chat
    folder: Path
    passphrase: str = PASSPHRASE
    sent: list[str] = field(default_factory=list)
    album: str = ""
    violations: list[str] = field(default_factory=list)

    @property
    def card(self) -> Locator:
        """The one card that is on the screen."""
        return self.chat.page.locator("[data-card]:visible")

    @property
    def problem(self) -> Locator:
        return self.card.get_by_role("alert")

    @property
    def number(self) -> str:
        return self.card.locator("[data-number]").inner_text().replace("\n", " ").strip()

    def sees(self, heading: str) -> None:
        expect(self.card.get_by_role("heading", level=2)).to_have_text(heading)

    def press(self, name: str) -> None:
        self.card.get_by_role("button", name=name).click()

    def choose(self, key: Path) -> None:
        self.card.locator("input[type=file]").set_input_files(key)

    def type_passphrase(self, passphrase: str | None = None) -> None:
        field = self.card.get_by_label("Kata sandi kunci Anda")
        field.fill(self.passphrase if passphrase is None else passphrase)

    def same(self) -> None:
        self.card.locator("[name=same]").check()

    def save(self) -> Path:
        """Save the file that is offered, as a browser does."""
        with self.chat.page.expect_download() as coming:
            self.card.get_by_role("link", name="Simpan berkas kunci").click()
        path = self.folder / coming.value.suggested_filename
        coming.value.save_as(path)
        return path

    def photograph(self, step: str) -> None:
        """Keep a picture of the page, if there is an album, and what is wrong with it."""
        if self.album:
            path = f"{self.album}-{step}.png"
            self.chat.page.screenshot(path=path, full_page=True, animations="disabled")
            self.violations += self.chat.accessibility_violations()

    def note(self, request: Request) -> None:
        headers = " ".join(f"{name}: {value}" for name, value in request.headers.items())
        body = request.post_data_buffer or b""
        self.sent.append(f"{request.url} {headers} {body.decode(errors='replace')}")

    def join(self, interrupted: bool = False) -> Path:
        """Make a key and save it, up to the panitia's having the certificate.

        ``interrupted`` comes back after the saving, when the page has forgotten the key.
        """
        self.sees("Buat kunci Anda")
        for name in ("Kata sandi baru", "Ketik sekali lagi"):
            self.card.get_by_label(name, exact=True).fill(self.passphrase)
        self.press("Buat kunci saya")
        self.sees("Simpan kunci Anda")
        self.photograph("1b-simpan")
        key = self.save()
        if interrupted:
            self.chat.page.reload()
            self.press("Saya sudah punya berkas kunci")
        self.choose(key)
        self.type_passphrase()
        self.press("Periksa, lalu lanjut")
        return key

    def deal(self, key: Path | None = None) -> str:
        """Compare the number, and hand in shares; the number."""
        self.sees("Cocokkan angka")
        number = self._compared(key)
        self.press("Lanjut")
        return number

    def accept(self, key: Path | None = None) -> Path:
        """Complete the key; the new file."""
        self.sees("Lengkapi kunci Anda")
        self._compared(key)
        self.press("Lengkapi kunci saya")
        self.sees("Kunci Anda sudah lengkap")
        self.photograph("4b-lengkap")
        saved = self.save()
        self.press("Sudah saya simpan")
        return saved

    def rehearse(self, key: Path | None = None) -> None:
        self.sees("Kunci saksi sudah jadi")
        if key:
            self.choose(key)
        self.type_passphrase()
        self.press("Coba kunci saya")
        expect(self.card.get_by_text("berfungsi")).to_be_visible()
        self.photograph("5b-berfungsi")

    def count(self, key: Path, passphrase: str | None = None) -> None:
        """Give this trustee's part of the count."""
        self.sees("Hitung suara")
        self.choose(key)
        self.same()
        self.type_passphrase(passphrase)
        self.press("Hitung sekarang")

    def _compared(self, key: Path | None) -> str:
        """What the page shows as soon as it has the key file."""
        if key:
            self.choose(key)
        self.same()
        self.type_passphrase()
        return self.number


def at_screen(browser: Browser, url: str, folder: Path, size: ViewportSize = PHONE) -> Screen:
    """A trustee opens a link."""
    folder.mkdir(exist_ok=True)
    chat = opened(browser, "about:blank", size=size)
    screen = Screen(chat, folder)
    chat.page.context.on("request", screen.note)
    chat.page.goto(url)
    return screen

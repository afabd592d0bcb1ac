"""The panitia's desk in a browser, and accounts as their owners complete them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Download,
    Page,
    ViewportSize,
    expect,
)

from bilik.domain.accounts import Role
from tests.booth import SECRET
from tests.browser import accessibility
from tests.browser.chat import DESKTOP, PHONE
from tests.web.desk import PASSWORD, Person


@dataclass
class Desk:
    """The desk in one browser; ``pictures`` is where its pages are photographed, if they are."""

    page: Page
    url: str
    pictures: Path | None = None
    errors: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).click()

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def take(self, name: str) -> None:
        """On a phone and a laptop; no rule of accessibility is broken, nothing sticks out."""
        if self.pictures is None:
            return
        sizes: tuple[tuple[str, ViewportSize], ...] = (("laptop", DESKTOP), ("ponsel", PHONE))
        for size, viewport in sizes:
            self.page.set_viewport_size(viewport)
            wide = self.page.locator("html").evaluate("page => page.scrollWidth")
            assert wide <= viewport["width"], f"{name} is {wide} wide"
            path = self.pictures / f"panitia-{name}-{size}.png"
            self.page.screenshot(path=path, full_page=True, animations="disabled")
        assert accessibility.violations(self.page) == [], name

    def download(self, name: str, to: Path) -> Path:
        with self.page.expect_download() as waiting:
            self.page.get_by_role("button", name=name, exact=True).or_(
                self.page.get_by_role("link", name=name, exact=True)
            ).click()
        download: Download = waiting.value
        download.save_as(to)
        return to


def opened(browser: Browser, url: str, pictures: Path | None = None) -> Desk:
    """A desk in a browser of its own, at no page yet."""
    context = browser.new_context(viewport=PHONE, locale="id-ID")
    desk = Desk(context.new_page(), url, pictures)
    desk.page.on("console", desk.note)
    desk.page.on("pageerror", lambda error: desk.errors.append(str(error)))
    return desk


def invited(database: str, name: str, role: Role = Role.PANITIA) -> str:
    """The code that `bilik accounts add` prints; ``database`` is the URL of the database."""
    add = ["accounts", "add", name, "--role", role.value, "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "bilik.cli", *add],
        env={
            **os.environ,
            "BILIK_SECRET_KEY": base64.urlsafe_b64encode(SECRET).decode(),
            "BILIK_DATABASE_URL": database,
        },
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return str(json.loads(done.stdout)["code"])


def enrol(desk: Desk, code: str, name: str) -> Person:
    """Complete an account as its owner does, with the link of the QR in the terminal."""
    desk.go(f"/panitia/daftar#{code}")
    expect(desk.page.get_by_label("Kode pendaftaran")).to_have_value(code)
    assert "#" not in desk.page.url
    desk.take("daftar")
    desk.press("Lanjut")
    desk.page.get_by_text("Tidak bisa memindai?").click()
    secret = desk.page.locator("details .code").inner_text().replace(" ", "")
    desk.take("daftar-sandi")
    person = Person(name, pyotp.TOTP(secret))
    desk.page.get_by_label("Kata sandi baru").fill(PASSWORD)
    desk.page.get_by_label("Sekali lagi").fill(PASSWORD)
    desk.page.get_by_label("Enam angka").fill("000000")
    desk.press("Simpan")
    desk.sees("Angka dari aplikasi belum cocok")
    desk.page.get_by_label("Kata sandi baru").fill(PASSWORD)
    desk.page.get_by_label("Sekali lagi").fill(PASSWORD)
    desk.page.get_by_label("Enam angka").fill(person.code())
    desk.press("Simpan")
    desk.sees("siap dipakai")
    desk.take("terdaftar")
    return person


def sign_in(desk: Desk, person: Person) -> None:
    desk.go("/panitia")
    desk.page.get_by_label("Nama").fill(person.name)
    desk.page.get_by_label("Kata sandi").fill(PASSWORD)
    desk.page.get_by_label("Angka dari aplikasi").fill(person.code())
    desk.press("Masuk")
    desk.sees(person.name)

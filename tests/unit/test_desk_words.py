"""Lines that were written for the terminal, as the desk's pages say them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bilik.web.panitia.words import for_pages

ROOT = Path(__file__).parent.parent.parent / "bilik"
ON_THEIR_OWN_MACHINES = (
    "trustees decrypt",
    "trustees join",
    "trustees answer",
    "accounts",
    "backup",
)
"""What is not done at the desk, and keeps its command's name."""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "Daftar pemilih kosong. Jalankan `bilik roll import` dulu.",
            "Daftar pemilih kosong. Buka halaman “Daftar pemilih” dulu.",
        ),
        (
            "Jalankan `bilik roll codes --out KODE.csv` dulu.",
            "Buka halaman “Kode dan surat” dulu.",
        ),
        (
            "Yang menyetujui harus anggota panitia lain: `--oleh NAMA`.",
            "Yang menyetujui harus anggota panitia lain.",
        ),
        ("`zona_waktu` belum diisi", "“zona_waktu” belum diisi"),
        ("Minta ulang `bilik trustees decrypt`.", "Minta ulang “bilik trustees decrypt”."),
        ("Tidak ada perintah di sini.", "Tidak ada perintah di sini."),
    ],
)
def test_commands_become_pages(line: str, told: str) -> None:
    assert for_pages(line) == told


def test_no_line_of_the_desks_services_names_a_command_that_its_pages_cannot_translate() -> None:
    found = {
        command
        for file in (ROOT / "services").rglob("*.py")
        for command in re.findall(r"`(bilik [a-z][^`]*)`", file.read_text(encoding="utf-8"))
    }
    assert len(found) > 10
    kept = tuple(f"bilik {one}" for one in ON_THEIR_OWN_MACHINES)
    left = {one for one in found if "bilik" in for_pages(f"`{one}`")}
    assert {one for one in left if not one.startswith(kept)} == set()

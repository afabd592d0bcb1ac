"""Waits until the servers can answer, and tells where to vote and with what."""

from __future__ import annotations

import os
import sys
import time
import urllib.error
import urllib.request

from bilik import demo, settings
from bilik.errors import BilikError

PATIENCE_SECONDS = 240


def main() -> None:
    """Print the chat's address and three pairs to try."""
    configured = settings.load()
    chat, pages = os.environ["BILIK_CHAT_AT"], os.environ["BILIK_PAGES_AT"]
    ready = os.environ["BILIK_READY_AT"].split()
    began = time.monotonic()
    while not all(map(_answers, ready)):
        if time.monotonic() - began > PATIENCE_SECONDS:
            run = os.environ["BILIK_RUN"]
            sys.exit(f"bilik: server belum menyala. Lihat catatannya (.log) di {run}.")
        time.sleep(0.5)
    print(f"\nBilik siap. Buka {chat}/chat di peramban.")
    print(f"Hasil untuk semua: {pages}/hasil. Meja panitia: {pages}/panitia.\n")
    try:
        pairs = demo.unused_pairs(configured, 3)
    except BilikError as error:
        print(error)
        pairs = []
    if pairs:
        print("Untuk mencoba, pakai salah satu pemilih contoh ini:")
        for nik, code in pairs:
            print(f"  NIK {nik}   kode undangan {code}")
        print("\nLalu sebut saja nomor atau nama calonnya.\n")
    sys.stdout.flush()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    main()

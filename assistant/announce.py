"""Waits until the servers answer, and tells where to vote and with what."""

from __future__ import annotations

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
    host = "127.0.0.1" if configured.host in ("0.0.0.0", "::") else configured.host
    chat = f"http://{host}:{configured.port}"
    pages = f"http://{host}:{configured.web_port}"
    actions = f"http://127.0.0.1:{configured.actions_port}/health"
    began = time.monotonic()
    while not all(map(_answers, (f"{chat}/chat", actions, f"{pages}/sehat"))):
        if time.monotonic() - began > PATIENCE_SECONDS:
            sys.exit(
                "bilik: server belum menyala. Lihat rasa.log, actions.log dan web.log di var/run."
            )
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
        print("\nTulis misalnya: saya pilih nomor 2\n")
    sys.stdout.flush()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    main()

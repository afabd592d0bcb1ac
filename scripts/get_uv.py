"""Bring uv into `.tools/`, with nothing but the standard library.

uv brings everything else: Python 3.10 where it is missing, and every package of `uv.lock`.
"""

import hashlib
import io
import json
import os
import pathlib
import sys
import urllib.parse
import urllib.request
import zipfile

VERSION = "0.13.9"
WHEEL = f"uv-{VERSION}-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
SHA256 = "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19"
INDEX = os.environ.get("UV_DEFAULT_INDEX") or "https://pypi.org/simple"
TARGET = pathlib.Path(".tools") / "uv"
SECONDS = 60


def fetch(url, accept="*/*"):
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return answer.read()


def main():
    if os.uname().machine != "x86_64" or sys.platform != "linux":
        sys.exit("bilik: baru bisa dijalankan di Linux x86-64.")
    print(f"Mengambil uv {VERSION} …", flush=True)
    try:
        listing = fetch(f"{INDEX.rstrip('/')}/uv/", "application/vnd.pypi.simple.v1+json")
        files = {file["filename"]: file["url"] for file in json.loads(listing)["files"]}
        wheel = fetch(urllib.parse.urljoin(INDEX, files[WHEEL]))
    except (OSError, ValueError, KeyError):
        sys.exit("bilik: uv tidak bisa diambil. Periksa sambungan internet, lalu coba lagi.")
    if hashlib.sha256(wheel).hexdigest() != SHA256:
        sys.exit("bilik: berkas uv yang diterima tidak cocok dengan sidik jarinya. Coba lagi.")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        content = archive.read(f"uv-{VERSION}.data/scripts/uv")
    TARGET.parent.mkdir(exist_ok=True)
    # Written aside and moved, so that a broken download never looks like a whole one.
    aside = TARGET.with_suffix(".part")
    aside.write_bytes(content)
    aside.chmod(0o755)
    aside.replace(TARGET)


main()

"""Servers begun as a container or a service begins them: by deploy/run, with secrets in files."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path

from tests.booth import SECRET, Polling
from tests.databases import ONLY_SQLITE

RUN = Path(__file__).parent.parent.parent / "deploy" / "run"


@ONLY_SQLITE
def test_a_command_reads_its_secrets_from_files_wherever_it_is_called(
    village: Polling, tmp_path: Path
) -> None:
    (tmp_path / "kunci").write_bytes(base64.urlsafe_b64encode(SECRET) + b"\n")
    (tmp_path / "basis").write_text(f"{village.url}\n")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BILIK_")}
    environ |= {
        "BILIK_SECRET_KEY_FILE": str(tmp_path / "kunci"),
        "BILIK_DATABASE_URL_FILE": str(tmp_path / "basis"),
        "BILIK_TRUSTEE_DIR": str(village.trustee_dir),
        "BILIK_RECORDS_DIR": str(tmp_path / "terbitan"),
    }
    for arguments in (["keeper", "--once"], ["status", "--json"]):
        done = subprocess.run(
            [RUN, *arguments], cwd="/", env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["voters"] == 6

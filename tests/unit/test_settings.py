import stat
from pathlib import Path

import pytest

from bilik import settings
from bilik.errors import SettingsError

KEY = settings.new_secret()


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"BILIK_SECRET_KEY={KEY}\nBILIK_PORT=6000\nBILIK_HOST=0.0.0.0\n")
    read = settings.load({"BILIK_PORT": "7000"}, file)
    assert (read.port, read.host, len(read.secret_key)) == (7000, "0.0.0.0", 32)
    assert read.trustee_dir == settings.DEFAULT_TRUSTEE_DIR
    elsewhere = settings.load({"BILIK_TRUSTEE_DIR": "/srv/kunci"}, file)
    assert elsewhere.trustee_dir == Path("/srv/kunci")


@pytest.mark.parametrize(
    "environ",
    [{}, {"BILIK_SECRET_KEY": "pendek"}, {"BILIK_SECRET_KEY": "€"},
     {"BILIK_SECRET_KEY": KEY, "BILIK_PORT": "x"}, {"BILIK_SECRET_KEY": KEY, "BILIK_PORT": "0"},
     {"BILIK_SECRET_KEY": KEY, "BILIK_WORKERS": "0"},
     {"BILIK_SECRET_KEY": KEY, "BILIK_WORKERS": "banyak"},
     {"BILIK_SECRET_KEY": KEY, "BILIK_TRACKER_URL": "mongodb://127.0.0.1/rasa"}],
)  # fmt: skip
def test_a_bad_setting_gets_one_line_that_says_what_to_do(
    environ: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load(environ, tmp_path / ".env")
    assert "\n" not in str(caught.value)
    assert "BILIK_" in str(caught.value)


def test_a_key_is_made_once_and_for_nobody_else_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BILIK_SECRET_KEY", raising=False)
    file = tmp_path / ".env"
    file.write_text("BILIK_PORT=6000")
    assert settings.ensure_secret(file)
    made = settings.load({}, file)
    assert made.port == 6000
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not settings.ensure_secret(file)
    assert settings.load({}, file).secret_key == made.secret_key


def test_settings_do_not_show_the_key() -> None:
    read = settings.load({"BILIK_SECRET_KEY": KEY}, Path("/nonexistent"))
    assert KEY not in repr(read)
    assert str(read.secret_key) not in repr(read)

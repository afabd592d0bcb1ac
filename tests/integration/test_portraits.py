"""Candidates' photos: made small, kept with the election, and shown once it is open."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bilik.services import portraits
from bilik.services.portraits import SIDE, small
from bilik.storage.database import Database
from tests.booth import draft
from tests.elections import VILLAGE
from tests.pictures import photo


def opened(content: bytes) -> Image.Image:
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


def colours(content: bytes) -> tuple[str, str]:
    """What stands left and right."""
    picture = opened(content)
    names = []
    for x in (10, SIDE - 10):
        red, _, blue = picture.getpixel((x, SIDE // 2))
        names.append("red" if red > blue else "blue")
    return names[0], names[1]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_becomes_small_square_and_upright_and_tells_nothing_of_the_camera(
    kind: str, turned: bool
) -> None:
    content = small(photo(kind, turned=turned))
    picture = opened(content)
    assert (picture.format, picture.size) == ("JPEG", (SIDE, SIDE))
    assert colours(content) == ("red", "blue")
    assert b"Kamera" not in content
    assert not picture.getexif()
    assert len(content) < 20_000


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8\xff\xe0", photo()[:200], b"GIF89a", photo("PNG")[:60]],
)
def test_what_is_no_whole_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        small(content)


def test_a_picture_that_swells_is_refused() -> None:
    written = BytesIO()
    Image.new("1", (20_000, 20_000)).save(written, "PNG")
    assert len(written.getvalue()) < 1 << 20
    with pytest.raises(ValueError, match=r".*"):
        small(written.getvalue())


def test_photos_come_with_the_file_go_with_it_and_are_seen_once_it_is_open(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bilik.db'}")
    desk = draft(tmp_path, database)
    path = tmp_path / "pemilihan.yml"
    text = path.read_text(encoding="utf-8")
    name = "nama: Siti Rahmawati, S.Pd."
    assert name in VILLAGE
    path.write_text(text.replace(name, f"{name}\n        foto: siti.jpg"), encoding="utf-8")
    (tmp_path / "siti.jpg").write_bytes(photo())

    def found() -> bytes | None:
        with database.read() as connection:
            return portraits.find(connection, "sukamaju-2026", "kades", "2-1.jpg")

    election, _ = desk.load_election(path)
    (contest,) = election.contests
    assert [portraits.addresses(election, contest, one) for one in contest.candidates] == [
        [], ["sukamaju-2026/kades/2-1.jpg"], [],
    ]  # fmt: skip
    assert found() is None  # a draft is nobody's business yet
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE elections SET state = 'open'")
    assert colours(found() or b"") == ("red", "blue")
    with database.read() as connection:
        for other in ("3-1.jpg", "2-2.jpg", "2-3.jpg", "02-1.png", "../2-1.jpg", "2-1.jpg\n"):
            assert portraits.find(connection, "sukamaju-2026", "kades", other) is None
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE elections SET state = 'draft'")
    desk.remove_draft("sukamaju-2026")
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM portraits").scalar() == 0
    database.close()

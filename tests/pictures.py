"""Photos as cameras make them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def photo(kind: str = "JPEG", size: tuple[int, int] = (320, 400), turned: bool = False) -> bytes:
    """Left half red, right half blue; ``turned`` as a camera writes it that was held sideways."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010F] = "Kamera Rahasia"
    if turned:
        picture = picture.rotate(90, expand=True)
        exif[0x0112] = 6  # to be turned clockwise
    written = BytesIO()
    picture.save(written, kind, exif=exif)
    return written.getvalue()

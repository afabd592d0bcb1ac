"""The minutes of a real count: the record's own figures, noted, whole, and never overwritten."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import update

from bilik.domain.audit import Act
from bilik.domain.indonesian import figure, in_words, percent
from bilik.domain.minutes import Particulars
from bilik.errors import BilikError, InvalidRecord, WrongState
from bilik.services.publication import LOG, RESULT, check
from bilik.storage.tables import records
from tests import printed
from tests.booth import Polling, held_by_25
from tests.databases import ONLY_SQLITE

WHERE = Particulars("07/2026", "Kantor KPU", "https://rimbajaya.example/hasil")


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Polling]:
    polling = held_by_25(tmp_path_factory.mktemp("counted"))
    yield polling
    polling.database.close()


@pytest.fixture(scope="module")
def published(counted: Polling, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("published") / "terbitan"
    counted.desk.export(directory)
    return directory


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return " ".join(" ".join(pages).split())


def test_the_minutes_have_the_figures_and_fingerprints_of_the_published_record(
    counted: Polling, published: Path
) -> None:
    content, said = counted.desk.minutes(None, WHERE)
    text = text_of(content)
    result: dict[str, Any] = json.loads((published / RESULT).read_text(encoding="utf-8"))
    for contest in result["hasil"]:
        valid = sum(one["suara"] for one in contest["calon"])
        for one in contest["calon"]:
            votes = one["suara"]
            assert (
                f"{one['nomor']} {one['nama']} {figure(votes)} {percent(votes, valid, 2)} "
                f"{in_words(votes)} "
            ) in text
        assert f"Dikosongkan, tidak memilih siapa pun {contest['dikosongkan']} " in text
    assert f"Jumlah pemilih {result['pemilih']} dua puluh lima" in text
    assert f"Surat undangan cadangan dibuat {result['cadangan']} " in text
    assert f"Suara masuk {result['suara_masuk']} dua puluh tiga" in text
    assert "Partisipasi 92,00%" in text
    assert [
        {"tps": one.name, "pemilih": one.voters, "memilih": one.voted} for one in said.stations
    ] == result["partisipasi_tps"]
    pressed = text.replace(" ", "")
    for key in ("sha256_arsip", "sha256_jejak", "sidik_daftar_pemilih"):
        assert result[key] in pressed
    assert said.fingerprints.chain in pressed
    (archive,) = published.glob("*.bel")
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == said.fingerprints.archive
    assert "mendapat lebih dari setengah suara sah" in text
    assert "Suara terbanyak: nomor 1, Andi Mallarangi & Ruth Sondakh." in text
    assert "bertempat di Kantor KPU" in text


def test_a_phone_reads_where_the_record_is(counted: Polling, tmp_path: Path) -> None:
    counted.desk.report(tmp_path / "berita-acara.pdf", None, WHERE)
    last = printed.read(tmp_path / "berita-acara.pdf")[-1]
    assert dict(last.codes) == {WHERE.url: 1}
    assert "Saksi" in last.text


def test_they_are_noted_after_the_count_and_leave_the_record_as_it_was(
    counted: Polling, published: Path, tmp_path: Path
) -> None:
    counted.by("Bu Ratna").report(tmp_path / "satu.pdf")
    counted.by("Pak Dedi").report(tmp_path / "dua.pdf")
    content = (tmp_path / "satu.pdf").read_bytes()
    assert (tmp_path / "dua.pdf").read_bytes() == content
    (log,) = counted.desk.logs()
    *_, first, second = log.entries
    assert log.problem is None
    assert (first.act, first.actor, second.actor) == (Act.REPORT.value, "Bu Ratna", "Pak Dedi")
    assert first.details["sha256_berita_acara"] == hashlib.sha256(content).hexdigest()
    counted.desk.export(tmp_path / "terbitan")
    assert check(tmp_path / "terbitan") == check(published)
    for file in published.iterdir():
        assert (tmp_path / "terbitan" / file.name).read_bytes() == file.read_bytes()
    assert Act.REPORT.value not in (published / LOG).read_text(encoding="utf-8")


def test_a_file_that_is_there_stays_and_nothing_is_noted(counted: Polling, tmp_path: Path) -> None:
    (tmp_path / "berita-acara.pdf").write_bytes(b"ditandatangani")
    before = counted.desk.logs()
    with pytest.raises(BilikError, match="sudah ada"):
        counted.desk.report(tmp_path / "berita-acara.pdf")
    with pytest.raises(BilikError, match="foldernya tidak ada"):
        counted.desk.report(tmp_path / "tiada" / "berita-acara.pdf")
    assert (tmp_path / "berita-acara.pdf").read_bytes() == b"ditandatangani"
    assert counted.desk.logs() == before
    assert [one.name for one in tmp_path.iterdir()] == ["berita-acara.pdf"]


@ONLY_SQLITE
def test_before_the_count_and_of_a_record_that_does_not_hold_there_are_none(
    village: Polling, tmp_path: Path
) -> None:
    village.vote_each(range(4))
    for end in (lambda: None, village.desk.close):
        end()
        with pytest.raises(WrongState, match="belum dihitung"):
            village.desk.report(tmp_path / "berita-acara.pdf")
    village.desk.tally()
    with village.database.write() as connection:
        result = connection.execute(records.select()).one().result
        altered = result.replace(b"[[0,2,1,1]]", b"[[0,1,2,1]]")
        assert altered != result
        connection.execute(update(records).values(result=altered))
    before = village.desk.logs()
    with pytest.raises(InvalidRecord):
        village.desk.report(tmp_path / "berita-acara.pdf")
    assert village.desk.logs() == before
    assert list(tmp_path.iterdir()) == []

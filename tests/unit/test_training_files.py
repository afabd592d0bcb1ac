from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.nlu.cases import Example, read_examples
from assistant.nlu.training_files import AlreadyThere, TrainingFiles
from bilik.domain.masking import masked
from bilik.errors import NotFound

ROOT = Path(__file__).parent.parent.parent

HELP = """\
version: "3.1"
# Tentang berkas ini.
nlu:
# Gangguan teknis. Makian masuk insult.
- intent: report_problem
  examples: |
    - eror terus
    - #4 ga bisa

# Robot atau orang.
- intent: ask_bot   # dipakai juga di tempat lain
  examples: |
    - kamu siapa
"""
GREETINGS = 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n      - halo\n      - pagi'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bantuan.yml").write_bytes(HELP.encode())
    (tmp_path / "sapaan.yml").write_bytes(GREETINGS.encode())
    return tmp_path


def test_blocks_are_found_with_the_comment_before_them(folder: Path) -> None:
    blocks = {one.intent: (one.file.name, one.about) for one in TrainingFiles(folder).blocks()}
    assert blocks == {
        "report_problem": ("bantuan.yml", "Gangguan teknis. Makian masuk insult."),
        "ask_bot": ("bantuan.yml", "Robot atau orang."),
        "greet": ("sapaan.yml", ""),
    }


def test_a_new_line_ends_its_block_and_all_else_stays_as_it_was(folder: Path) -> None:
    files = TrainingFiles(folder)
    assert files.add("report_problem", "kok muter terus").name == "bantuan.yml"
    assert (folder / "bantuan.yml").read_text() == HELP.replace(
        "    - #4 ga bisa\n", "    - #4 ga bisa\n    - kok muter terus\n"
    )
    files.add("ask_bot", "kamu robot ya")
    assert (folder / "bantuan.yml").read_text().endswith("    - kamu siapa\n    - kamu robot ya\n")
    assert (folder / "sapaan.yml").read_text() == GREETINGS
    assert sorted(one.name for one in folder.iterdir()) == ["bantuan.yml", "sapaan.yml"]


def test_a_file_without_a_last_line_end_still_lacks_it(folder: Path) -> None:
    TrainingFiles(folder).add("greet", "sore")
    assert (folder / "sapaan.yml").read_text() == GREETINGS + "\n      - sore"


def test_other_line_ends_a_mark_before_all_and_the_rights_stay(folder: Path) -> None:
    file = folder / "bantuan.yml"
    content = b"\xef\xbb\xbf" + HELP.replace("\n", "\r\n").encode()
    file.write_bytes(content)
    file.chmod(0o640)
    TrainingFiles(folder).add("ask_bot", "kamu robot ya")
    assert file.read_bytes() == content + b"    - kamu robot ya\r\n"
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("message", "written"),
    [
        ("kata dia: 'ga bisa', \"gitu\"", "kata dia: 'ga bisa', \"gitu\""),
        ("# ini bukan komentar", "# ini bukan komentar"),
        ("- - tanda: {a} & *b | > % @ ` \\n", "- - tanda: {a} & *b | > % @ ` \\n"),
        ("lihat [kades](jabatan) dong", "lihat (kades)(jabatan) dong"),
        ("dua\n- baris  🙏", "dua - baris 🙏"),
    ],
)
def test_no_sign_in_a_message_is_taken_for_yaml_or_for_an_entity(
    folder: Path, message: str, written: str
) -> None:
    before = read_examples(folder)
    TrainingFiles(folder).add("report_problem", message)
    added = [one for one in read_examples(folder) if one not in before]
    assert added == [Example(written, "report_problem")]


@given(st.text(min_size=1, max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_masking_leaves_can_be_written_and_read(folder: Path, text: str) -> None:
    message = masked(text, ())
    (folder / "bantuan.yml").write_bytes(HELP.encode())
    try:
        TrainingFiles(folder).add("ask_bot", f"anu {message}")
    except AlreadyThere:
        return
    loaded = yaml.safe_load((folder / "bantuan.yml").read_text(encoding="utf-8"))
    expected = f"- kamu siapa\n- anu {message}".rstrip().translate(str.maketrans("[]", "()"))
    assert loaded["nlu"][1]["examples"] == f"{expected}\n"


def test_the_same_words_are_refused_whatever_the_intent(folder: Path) -> None:
    files = TrainingFiles(folder)
    for message in ("halo", "Halooo", "KAMU  SAPA", "pagi"):
        with pytest.raises(AlreadyThere, match=r"Sudah ada di (sapaan|bantuan)\.yml"):
            files.add("report_problem", message)
    assert (folder / "bantuan.yml").read_text() == HELP


def test_an_intent_without_examples_and_an_empty_folder_are_told(folder: Path) -> None:
    with pytest.raises(NotFound, match="nlu_fallback"):
        TrainingFiles(folder).add("nlu_fallback", "apa ini")
    with pytest.raises(NotFound, match="berkas latihan"):
        TrainingFiles(folder / "tiada")


def test_every_block_of_the_real_files_is_found() -> None:
    data = ROOT / "data" / "nlu"
    found = [
        Example(text, block.intent)
        for block in TrainingFiles(data).blocks()
        for text in block.examples
    ]
    assert found == read_examples(data)
    assert all(block.about for block in TrainingFiles(data).blocks())

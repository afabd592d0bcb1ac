"""The files that trainers and testers write: readable, labelled, and apart from each other."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from assistant.nlu.cases import (
    CHOICES,
    ELECTION,
    NO_YES,
    YES,
    as_cases,
    read_cases,
    read_examples,
    read_lines,
)
from bilik.domain.definition import read_definition
from bilik.domain.words import words
from bilik.errors import FileProblems

ROOT = Path(__file__).parent.parent.parent
TRAINING, TEST, SETS = ROOT / "data" / "nlu", ROOT / "tests" / "nlu", ROOT / "tests/understanding"
FOLDERS = sorted(one.parent for one in SETS.glob(f"*/{ELECTION}"))


def normalised(text: str) -> str:
    """Spelling, case, marks and emoji apart; a message of emoji alone stays as it is."""
    plain = re.sub(r"[^\w ]+", "", " ".join(word.text for word in words(text)))
    return " ".join(plain.split()) or text.strip()


def test_no_test_message_is_a_training_message() -> None:
    training = {normalised(one.text) for one in read_examples(TRAINING)}
    assert {normalised(one.text) for one in read_examples(TEST)} & training == set()


def test_the_test_set_is_large_and_mostly_everyday_writing() -> None:
    styles = Counter(one.style for one in read_examples(TEST))
    assert styles.total() >= 800
    assert set(styles) == {"baku", "slang", "typo", "regional"}
    assert styles["baku"] < styles.total() / 2


def test_every_intent_is_known_to_the_domain_and_tested() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    intents = set(domain["intents"]) - {"nlu_fallback"}
    assert {one.intent for one in read_examples(TRAINING)} == intents
    assert {one.intent for one in read_examples(TEST)} == intents


def test_no_training_message_stands_twice_under_one_intent() -> None:
    seen = Counter((one.intent, one.text.lower()) for one in read_examples(TRAINING))
    assert [one for one, count in seen.items() if count > 1] == []


def test_what_is_expected_can_be_chosen() -> None:
    for folder in FOLDERS:
        election = read_definition((folder / ELECTION).read_text(encoding="utf-8"))
        numbers = {str(one.number) for one in election.contests[0].candidates}
        if (folder / CHOICES).exists():
            expected = {case.expected for case in read_cases(folder / CHOICES)}
            assert expected <= numbers | {"blank", "-"}, folder.name
    tested = {case.expected for case in as_cases(read_examples(TEST))}
    assert tested == {"1", "2", "3", "4", "-"}


def test_no_message_is_a_yes_and_none() -> None:
    for folder in FOLDERS:
        if (folder / YES).exists():
            assert not set(read_lines(folder / YES)) & set(read_lines(folder / NO_YES))


def test_a_line_of_another_form_is_named(tmp_path: Path) -> None:
    file = tmp_path / CHOICES
    file.write_text("choose\t2\tsaya pilih 2\nsaya pilih 3\n", encoding="utf-8")
    with pytest.raises(FileProblems, match="baris 2"):
        read_cases(file)

from dataclasses import replace

import pytest

from bilik.belenios import election, group, wire
from bilik.belenios.election import Election, Question
from bilik.errors import InvalidRecord
from tests.unit.belenios.made_elsewhere import the_archive, the_ballots, the_election

ONE = election.question("Siapa?", ["A", "B"])


def create(question: Question = ONE, uuid: str = "1" * 14, name: str = "Pemilihan") -> Election:
    return election.create(uuid, name, "", group.G, [question])


def test_an_election_of_the_tool_is_read_and_has_the_fingerprint_of_its_ballots() -> None:
    theirs = the_election()
    assert theirs.name == "Ketua RT 03 “Melati”"
    assert f'"election_hash":"{theirs.fingerprint}"'.encode() in the_ballots()[0]
    assert wire.encode(theirs) == the_archive().data(the_archive().setup.election)


def test_the_fingerprint_covers_every_word() -> None:
    assert create().fingerprint != create(name="Pemilihan.").fingerprint


def test_a_new_uuid_is_one() -> None:
    assert create(uuid=election.new_uuid()).uuid


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"group": "RFC-3526-2048"},
        {"uuid": "1234"},
        {"uuid": "0" * 14},
        {"public_key": group.P - 1},
        {"questions": ()},
        {"questions": (replace(ONE, max=2),)},
        {"questions": (replace(ONE, min=0),)},
        {"questions": (replace(ONE, blank=False),)},
        {"questions": (replace(ONE, answers=()),)},
        {"questions": (replace(ONE, answers=("A\n",)),)},
        {"name": "A\tB"},
        {"administrator": "\x7f"},
    ],
    ids=str,
)
def test_an_election_that_bilik_has_no_ballots_for_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidRecord):
        election.read(wire.encode(replace(create(), **change)))

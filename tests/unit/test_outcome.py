"""What a count means: who leads, a tie, the empty box, nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilik.domain.election import Candidate, Contest
from bilik.domain.outcome import Ending, outcome_of, sentence
from bilik.domain.tally import ContestCount

ANI, BUDI, CITRA = (Candidate(n, (name,)) for n, name in enumerate(("Ani", "Budi", "Citra"), 1))
EMPTY = Candidate(9, ("Kotak Kosong",), empty_box=True)
THREE = Contest("kades", "Kepala Desa", (CITRA, ANI, BUDI))
ALONE = Contest("kades", "Kepala Desa", (ANI, EMPTY))
BESIDE = Contest("kades", "Kepala Desa", (ANI, BUDI, EMPTY))
DEGREES = Contest(
    "kades", "Kepala Desa", (Candidate(1, ("Siti, S.Pd.",)), Candidate(2, ("Agus, S.E.",)))
)
NOBODY = "Tidak ada suara untuk calon mana pun."
RULES = "Penentuannya mengikuti aturan pemilihan ini."
WON = "Calon tunggal, Ani, mendapat lebih dari setengah suara sah."
NOT_WON = "Calon tunggal, Ani, tidak mendapat lebih dari setengah suara sah, jadi belum terpilih."


@pytest.mark.parametrize(
    ("contest", "votes", "blank", "ending", "best", "said"),
    [
        (THREE, (5, 3, 2), 0, Ending.LEADS, [3], "Suara terbanyak: nomor 3, Citra."),
        (THREE, (1, 0, 0), 99, Ending.LEADS, [3], "Suara terbanyak: nomor 3, Citra."),
        (THREE, (4, 4, 2), 0, Ending.TIE, [1, 3],
         f"Suara terbanyak sama: nomor 1, Ani; dan nomor 3, Citra. {RULES}"),
        (THREE, (3, 3, 3), 1, Ending.TIE, [1, 2, 3],
         f"Suara terbanyak sama: nomor 1, Ani; nomor 2, Budi; dan nomor 3, Citra. {RULES}"),
        (DEGREES, (2, 1), 0, Ending.LEADS, [1], "Suara terbanyak: nomor 1, Siti, S.Pd."),
        (DEGREES, (2, 2), 0, Ending.TIE, [1, 2],
         f"Suara terbanyak sama: nomor 1, Siti, S.Pd.; dan nomor 2, Agus, S.E. {RULES}"),
        (THREE, (0, 0, 0), 7, Ending.NO_VOTES, [], NOBODY),
        (ALONE, (51, 50), 0, Ending.LEADS, [1], WON),
        (ALONE, (51, 50), 900, Ending.LEADS, [1], WON),
        (ALONE, (50, 50), 0, Ending.EMPTY_BOX, [1, 9], f"Suaranya sama banyak. {NOT_WON}"),
        (ALONE, (49, 51), 0, Ending.EMPTY_BOX, [9], f"Kotak kosong unggul. {NOT_WON}"),
        (ALONE, (0, 0), 3, Ending.NO_VOTES, [], NOBODY),
        (BESIDE, (5, 4, 4), 0, Ending.LEADS, [1], "Suara terbanyak: nomor 1, Ani."),
        (BESIDE, (5, 5, 4), 0, Ending.TIE, [1, 2],
         f"Suara terbanyak sama: nomor 1, Ani; dan nomor 2, Budi. {RULES}"),
        (BESIDE, (4, 3, 4), 0, Ending.EMPTY_BOX, [1, 9],
         "Tidak ada calon yang mengungguli kotak kosong, jadi belum ada yang terpilih."),
    ],
)  # fmt: skip
def test_a_count_has_one_meaning_and_one_sentence(
    contest: Contest, votes: tuple[int, ...], blank: int, ending: Ending, best: list[int], said: str
) -> None:
    numbers = [one.number for one in contest.candidates]
    count = ContestCount(contest.id, dict(zip(numbers, votes, strict=True)), blank)
    outcome = outcome_of(contest, count)
    assert (outcome.ending, [one.number for one in outcome.best]) == (ending, best)
    assert sentence(contest, count) == said


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_single_candidate_leads_with_more_than_half_of_the_valid_votes_and_only_then(
    votes: int, against: int, blank: int
) -> None:
    count = ContestCount("kades", {1: votes, 9: against}, blank)
    leads = outcome_of(ALONE, count).ending is Ending.LEADS
    assert leads is (2 * votes > count.valid)

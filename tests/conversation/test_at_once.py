"""Many messages of one chat at the same moment, more than a page may send."""

from concurrent.futures import ThreadPoolExecutor

from tests.conversation.test_voting import identified, sender
from tests.installation import Installation


def test_fifty_simultaneous_yeses_over_http_give_one_ballot(bilik: Installation) -> None:
    who, before = sender(), bilik.ballots(bilik.village)
    identified(bilik, who)
    bilik.say(who, "2")
    with ThreadPoolExecutor(50) as pool:
        answers = set(pool.map(lambda _: bilik.say(who, "ya"), range(50)))
    assert bilik.ballots(bilik.village) == before + 1
    assert len(answers) == 1
    assert "SUDAH tercatat" in answers.pop()

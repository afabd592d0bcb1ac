from collections.abc import Callable
from dataclasses import replace

import pytest
from gmpy2 import mpz

from bilik.belenios import ceremony, channels, group, trustees, wire
from bilik.belenios.ceremony import Polynomial, Vinput, Voutput
from bilik.belenios.channels import SignedMessage
from bilik.belenios.trustees import Threshold, TrusteePublicKey
from bilik.errors import InvalidRecord
from tests.box import Ceremony
from tests.unit.belenios.made_elsewhere import the_archive, the_election, vector

THEM = Ceremony(2, [channels.new_seed() for _ in range(3)])
GROUP = THEM.run()
KEYS = THEM.keys()
VINPUTS = ceremony.route(THEM.certs, THEM.polynomials, 2)


def test_a_key_pair_of_the_tool_is_one() -> None:
    public = wire.decode(TrusteePublicKey, vector("single.pubkey"))
    trustees.check_public_key(public)
    private = mpz(wire.load(vector("single.privkey")))
    assert trustees.publish(private).public_key == public.public_key


def test_the_trustees_of_the_tool_verify_and_hold_the_election_s_key() -> None:
    theirs = trustees.read(the_archive().data(the_archive().setup.trustees))
    assert trustees.election_key(theirs) == the_election().public_key


def test_a_trustee_of_the_tool_finds_its_key_with_bilik() -> None:
    (theirs,) = trustees.read(the_archive().data(the_archive().setup.trustees))
    assert isinstance(theirs, Threshold)
    seed = vector("trustee1.key").decode()
    public = theirs.verification_keys[0].public_key
    sealed = vector("trustee1.dkey").decode()
    assert (
        trustees.publish(ceremony.decryption_key(seed, theirs.certs[0], sealed)).public_key
        == public
    )
    vinput = wire.decode(Vinput, vector("trustee1.vinput"))
    assert ceremony.accept(seed, theirs.certs, vinput, 2).public_key.public_key == public


def test_every_member_holds_the_key_that_was_published() -> None:
    assert [trustees.publish(one).public_key for one in KEYS] == trustees.public_keys((GROUP,))
    assert trustees.read(trustees.encode((GROUP,))) == (GROUP,)


def test_members_are_numbered_through_all_items() -> None:
    alone = trustees.publish(trustees.new_private_key())
    keys = trustees.public_keys((alone, GROUP))
    assert keys[0] == alone.public_key
    assert keys[1:] == [one.public_key for one in GROUP.verification_keys]
    key = trustees.election_key((alone, GROUP))
    assert key == alone.public_key * trustees.election_key((GROUP,)) % group.P


def test_messages_are_for_their_recipient_from_their_sender() -> None:
    sender, recipient, other = (channels.private_keys(channels.new_seed()) for _ in range(3))
    verification = group.generator().power(sender.signing)
    encryption = group.generator().power(recipient.decryption)
    for text in ("", "pesan", "x" * 30_000):
        sealed = channels.send(sender.signing, encryption, text)
        assert channels.receive(recipient.decryption, verification, sealed) == text
    with pytest.raises(InvalidRecord, match="rusak"):
        channels.receive(other.decryption, verification, sealed)
    with pytest.raises(InvalidRecord, match="pengirimnya"):
        channels.receive(recipient.decryption, group.generator().power(other.signing), sealed)
    other_digit = "1" if sealed[-3] == "0" else "0"
    with pytest.raises(InvalidRecord, match="rusak"):
        channels.receive(recipient.decryption, verification, sealed[:-3] + other_digit + '"}')


@pytest.mark.parametrize("seed", ["", "1" * 21, "0" * 22])
def test_what_is_no_seed_is_refused(seed: str) -> None:
    with pytest.raises(InvalidRecord, match="salah ketik"):
        channels.private_keys(seed)


def test_a_member_notices_a_share_that_is_not_the_dealer_s() -> None:
    first, second, third = VINPUTS[0].secrets
    dealer = channels.private_keys(THEM.seeds[1])
    recipient = ceremony.gather(THEM.certs)[0].encryption
    wrong = channels.send(dealer.signing, recipient, '{"secret":"1"}')
    with pytest.raises(InvalidRecord, match="tidak sesuai dengan polinom"):
        ceremony.accept(
            THEM.seeds[0], THEM.certs, replace(VINPUTS[0], secrets=(first, wrong, third)), 2
        )
    with pytest.raises(InvalidRecord):
        ceremony.accept(
            THEM.seeds[0], THEM.certs, replace(VINPUTS[0], secrets=(second, first, third)), 2
        )


def test_a_member_notices_what_is_meant_for_another_or_of_another_threshold() -> None:
    with pytest.raises(InvalidRecord):
        ceremony.accept(THEM.seeds[0], THEM.certs, VINPUTS[1], 2)
    with pytest.raises(InvalidRecord, match="ambang"):
        ceremony.accept(THEM.seeds[0], THEM.certs, VINPUTS[0], 3)
    with pytest.raises(InvalidRecord, match="tidak ada di antara"):
        ceremony.accept(channels.new_seed(), THEM.certs, VINPUTS[0], 2)
    with pytest.raises(InvalidRecord, match="jumlah"):
        ceremony.accept(THEM.seeds[0], THEM.certs, replace(VINPUTS[0], secrets=()), 2)
    again = ceremony.deal(THEM.seeds[0], THEM.certs, 2)
    with pytest.raises(InvalidRecord, match="bukan polinom saksi ini"):
        ceremony.accept(
            THEM.seeds[0], THEM.certs, replace(VINPUTS[0], polynomial=again.polynomial), 2
        )


@pytest.mark.parametrize("polynomials", [[], THEM.polynomials[:2], THEM.polynomials * 2])
def test_the_server_needs_a_polynomial_of_everyone(polynomials: list[Polynomial]) -> None:
    with pytest.raises(InvalidRecord, match="jumlah polinom"):
        ceremony.route(THEM.certs, polynomials, 2)


def test_the_server_notices_a_polynomial_of_somebody_else() -> None:
    with pytest.raises(InvalidRecord, match="tidak ditandatangani"):
        ceremony.route(THEM.certs, THEM.polynomials[::-1], 2)


def test_the_server_notices_a_key_that_does_not_fit() -> None:
    stranger = Voutput("", trustees.publish(trustees.new_private_key()))
    with pytest.raises(InvalidRecord, match="tidak sesuai dengan polinomnya"):
        ceremony.conclude(THEM.certs, THEM.polynomials, [*THEM.voutputs[:2], stranger], 2)


@pytest.mark.parametrize("threshold", [0, 4])
def test_a_threshold_is_no_larger_than_the_group(threshold: int) -> None:
    with pytest.raises(ValueError, match="threshold"):
        ceremony.deal(THEM.seeds[0], THEM.certs, threshold)


def test_a_certificate_counts_once_and_is_signed_by_its_own_key() -> None:
    with pytest.raises(InvalidRecord, match="yang sama"):
        ceremony.gather([*THEM.certs, THEM.certs[0]])
    forged = SignedMessage(THEM.certs[0].message, THEM.certs[1].signature)
    with pytest.raises(InvalidRecord, match="kuncinya sendiri"):
        ceremony.gather([forged])


CHANGES: list[Callable[[Threshold], Threshold]] = [
    lambda item: replace(item, threshold=1),
    lambda item: replace(item, threshold=0),
    lambda item: replace(item, threshold=4),
    lambda item: replace(item, certs=item.certs[::-1]),
    lambda item: replace(item, certs=item.certs[1:]),
    lambda item: replace(item, coefexps=item.coefexps[::-1]),
    lambda item: replace(item, verification_keys=item.verification_keys[::-1]),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_published_group_that_was_changed_is_refused(
    change: Callable[[Threshold], Threshold],
) -> None:
    with pytest.raises(InvalidRecord):
        trustees.read(trustees.encode((change(GROUP),)))


NO_TRUSTEES = [
    b"",
    b"{}",
    b"[]",
    b"[1]",
    b'[["Other",{}]]',
    b'[["Single",{}]]',
    trustees.encode((GROUP,)).replace(b'"message":"', b'"message":"\\ud800', 1),
    trustees.encode((GROUP,)) + b"\n",
]


@pytest.mark.parametrize("data", NO_TRUSTEES, ids=range(len(NO_TRUSTEES)))  # two are random
def test_what_is_no_list_of_trustees_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidRecord):
        trustees.read(data)


def test_a_key_without_its_proof_is_refused() -> None:
    one, other = (trustees.publish(trustees.new_private_key()) for _ in range(2))
    with pytest.raises(InvalidRecord, match="bukti"):
        trustees.check_public_key(replace(one, public_key=other.public_key))
    with pytest.raises(InvalidRecord, match="anggota"):
        trustees.check_public_key(replace(one, public_key=group.P - 1))

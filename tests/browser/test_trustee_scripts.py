"""The trustees' scripts compute what Python does: each takes what the other makes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gmpy2 import mpz
from playwright.sync_api import Browser

from bilik.belenios import ceremony, channels, election, group, proofs, tally, trustees, wire
from bilik.belenios.ceremony import Polynomial, Voutput
from bilik.belenios.channels import SignedMessage
from bilik.belenios.proofs import Ciphertext
from bilik.belenios.tally import PartialDecryption
from bilik.belenios.trustees import TrusteePublicKey
from bilik.domain.trustees import label
from bilik.errors import BilikError
from bilik.services import trustee_files, trustee_key
from bilik.services.trustee_files import INVITATION, TALLY, Invitation, TallyFile
from bilik.services.trustee_key import Secret
from tests.browser.chat import opened
from tests.pages import serve

UUID = "1" * 14
PASSPHRASE = "empat kata yang acak"
TEXTS = ["", "a", "Bu Siti é \u2028 “\U0001f511”", "x" * 4000]

Script = Callable[..., Any]

_CALL = """async ([module, body, values]) => {
    const m = await import(`/laman/saksi/${module}.js`);
    const w = await import("/laman/saksi/wire.js");
    const s = await import("/laman/saksi/shapes.js");
    try {
        return await new Function("m", "w", "s", "v", `return (async () => ${body})();`)(
            m, w, s, values,
        );
    } catch (problem) {
        return `Problem: ${problem.message}`;
    }
}"""


@pytest.fixture(scope="module")
def script(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    """Evaluates an expression over a module of the page (`m`), in the very browser."""
    directory = tmp_path_factory.mktemp("scripts")
    url = f"sqlite:///{directory / 'bilik.db'}"
    with serve(directory, url, directory) as pages:
        chat = opened(browser, f"{pages.url}/tidak-ada", bypass_csp=True)

        def evaluate(module: str, body: str, *values: Any) -> Any:
            return chat.page.evaluate(_CALL, [module, body, list(values)])

        yield evaluate
        chat.page.context.close()


def test_the_group_is_the_same(script: Script) -> None:
    numbers = [group.P, group.G, group.Q]
    assert script("group", "[m.P, m.G, m.Q].map(String)") == [one.digits() for one in numbers]


def test_powers_products_and_inverses_are_the_same(script: Script) -> None:
    exponents = [mpz(0), mpz(1), mpz(15), mpz(16), group.Q - 1]
    exponents += [group.random_exponent() for _ in range(12)]
    base = group.power(group.G, group.random_exponent())
    powers = script(
        "group",
        "v[1].map(BigInt).map((e) => [m.power(BigInt(v[0]), e), m.powerOfG(e)].map(String))",
        base.digits(),
        [one.digits() for one in exponents],
    )
    assert powers == [
        [group.power(base, one).digits(), group.power(group.G, one).digits()] for one in exponents
    ]
    assert mpz(script("group", "String(m.inverse(BigInt(v[0])))", base.digits())) == group.inverse(
        base
    )


def test_no_number_outside_the_group_is_a_member(script: Script) -> None:
    member = group.power(group.G, group.random_exponent())
    numbers = [member, mpz(1), mpz(0), group.P - 1, group.P - member, group.P, member + group.P]
    said = script("group", "v[0].map(BigInt).map(m.isMember)", [one.digits() for one in numbers])
    assert said == [True, True, False, False, False, False, False]


def test_texts_become_the_same_exponents_and_numbers(script: Script) -> None:
    hashed = script("group", "(await Promise.all(v[0].map(m.hashToExponent))).map(String)", TEXTS)
    assert hashed == [group.hash_to_exponent(one).digits() for one in TEXTS]
    assert script("files", "m.checkNumber(v[0], v[1])", *TEXTS[1:3]) == (
        trustee_files.check_number(*(one.encode() for one in TEXTS[1:3]))
    )
    names = ["Bu Siti R.", "  H. Ahmad, S.E. ", "Ñoño 2", "I Wayan—Made"]
    assert script("files", "v[0].map(m.label)", names) == [label(one) for one in names]


def test_random_exponents_and_seeds_are_of_their_form_and_never_twice_the_same(
    script: Script,
) -> None:
    drawn = script("group", "Array.from({ length: 200 }, m.randomExponent).map(String)")
    assert len(set(drawn)) == 200
    assert all(0 <= mpz(one) < group.Q for one in drawn)
    assert max(len(mpz(one).digits(2)) for one in drawn) > 250
    seeds = script("channels", "Array.from({ length: 50 }, m.newSeed)")
    assert len({channels.private_keys(one).signing for one in seeds}) == 50
    words = script("passphrase", "Array.from({ length: 50 }, m.suggestion)")
    assert len(set(words)) == 50
    for one in words:
        trustee_key.check_passphrase(one)


@pytest.mark.parametrize("text", TEXTS)
def test_each_takes_the_others_signatures_and_no_altered_one(script: Script, text: str) -> None:
    seed = channels.new_seed()
    keys = channels.private_keys(seed)
    verification = group.power(group.G, keys.signing)
    made = script("channels", "w.encode(await m.sign(BigInt(v[0]), v[1]))",
                  keys.signing.digits(), text)  # fmt: skip
    signed = wire.decode(SignedMessage, made.encode())
    assert signed.message == text
    assert channels.is_signed_by(signed, verification)
    own = channels.sign(keys.signing, text)
    other = channels.sign(group.random_exponent(), text)
    verdicts = script(
        "channels",
        "await Promise.all(v[1].map((one) =>"
        " m.isSignedBy(w.decode(s.signedMessage, one), BigInt(v[0]))))",
        verification.digits(),
        [wire.encode(one).decode() for one in (own, other)],
    )
    assert verdicts == [True, False]


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 900])
def test_each_opens_what_the_other_sealed_for_it_alone(script: Script, length: int) -> None:
    text = "ä" * length
    sender, receiver = (channels.private_keys(channels.new_seed()) for _ in range(2))
    verification = group.power(group.G, sender.signing)
    recipient = group.power(group.G, receiver.decryption)
    sealed = script("channels", "await m.send(BigInt(v[0]), BigInt(v[1]), v[2])",
                    sender.signing.digits(), recipient.digits(), text)  # fmt: skip
    assert channels.receive(receiver.decryption, verification, sealed) == text
    sealed = channels.send(sender.signing, recipient, text)
    data = json.loads(sealed)
    last = "0" if data["data"][-1] != "0" else "1"
    damaged = sealed.replace(data["data"], data["data"][:-1] + last)
    receive = "await m.receive(BigInt(v[0]), BigInt(v[1]), v[2])"
    for who, what, comes in [
        (receiver, sealed, text),
        (receiver, damaged, "Problem: pesan antarsaksi rusak atau untuk saksi lain"),
        (sender, sealed, "Problem: pesan antarsaksi rusak atau untuk saksi lain"),
    ]:
        said = script("channels", receive, who.decryption.digits(), verification.digits(), what)
        assert said == comes


def test_each_takes_the_others_proofs_of_a_key(script: Script) -> None:
    private = group.random_exponent()
    made = script("trustees", "w.encode(await m.publish(BigInt(v[0])))", private.digits())
    trustees.check_public_key(wire.decode(TrusteePublicKey, made.encode()))


def test_a_part_of_a_count_is_the_same_and_its_proofs_hold(script: Script) -> None:
    private = group.random_exponent()
    public = group.power(group.G, private)
    the_election = election.create(
        UUID, "Desa “é”", "\\ /", public, [election.question("Kades", ["A", "B"])]
    )
    encrypted = (tuple(proofs.encrypt(one, the_election.key)[0] for one in (0, 1, 1)),)
    made = script(
        "tally",
        "w.encode(await m.decrypt(w.decode(s.election, v[0]), w.decode(s.encryptedTally, v[1]),"
        " BigInt(v[2])))",
        wire.encode(the_election).decode(),
        wire.encode(encrypted).decode(),
        private.digits(),
    )
    part = wire.decode(PartialDecryption, made.encode())
    tally.check_decryption(the_election, encrypted, public, part)
    own = tally.decrypt(the_election, encrypted, private)
    assert part.decryption_factors == own.decryption_factors
    holds = (
        "m.holds(w.decode(s.election, v[0]), w.decode(s.encryptedTally, v[1]), BigInt(v[2]),"
        " w.decode(s.partialDecryption, v[3]))"
    )
    values = [wire.encode(one).decode() for one in (the_election, encrypted)]
    for key, verdict in [(public, True), (public * group.G % group.P, False)]:
        assert script("tally", holds, *values, key.digits(), wire.encode(own).decode()) is verdict


@pytest.mark.parametrize(
    "text",
    [
        '{"challenge":"1","response":"2","more":"3"}',
        '{"challenge":"1"}',
        '{"response":"2","challenge":"1"}',
        '{"challenge":"01","response":"2"}',
        '{"challenge":1,"response":"2"}',
        '{"challenge":"1", "response":"2"}',
        '{"challenge":"1","challenge":"1","response":"2"}',
        f'{{"challenge":"{group.Q}","response":"2"}}',
        '{"challenge":"-1","response":"2"}',
        "[]", "null", "", '{"challenge":"1","response":"2"',
    ],
)  # fmt: skip
def test_what_is_not_canonical_is_read_by_neither(script: Script, text: str) -> None:
    good = '{"challenge":"1","response":"2"}'
    read = "w.encode(w.decode(s.proof, v[0]))"
    assert script("wire", read, good) == good
    assert script("wire", read, text).startswith("Problem: ")
    with pytest.raises(BilikError):
        wire.decode(proofs.Proof, text.encode())


def test_each_opens_the_others_key_file_with_its_passphrase_alone(
    script: Script, tmp_path: Path
) -> None:
    seed = channels.new_seed()
    cert = ceremony.certify(seed)
    invitation = Invitation(INVITATION, UUID, "Ketua RT “é”", 1, ("Bu Siti", "Pak Budi"))
    odd = "\x85 kafe\u0301 dan be\u0301cak\u2028"
    create = (
        "await m.create(w.decode(s.invitation, v[0]), 'Bu Siti', w.decode(s.signedMessage, v[1]),"
        " { seed: v[2] }, v[3])"
    )
    values = [wire.encode(invitation).decode(), wire.encode(cert).decode(), seed]
    path = tmp_path / "a.kunci"
    path.write_text(script("key", create, *values, odd), encoding="utf-8")
    key = trustee_key.unlock(path, lambda: "kafé dan bécak")
    assert key.secret == Secret(seed)
    assert (key.file.invitation, key.file.cert) == (invitation, cert)
    key.save(secret=Secret(seed, "{}"), certs=(cert, cert), tally="00")
    unlock = "w.encode(await m.unlock(m.read(v[0]), v[1]))"
    whole = path.read_text(encoding="utf-8")
    assert json.loads(script("key", unlock, whole, odd)) == {"seed": seed, "decryption_key": "{}"}
    altered = whole.replace("Pak Budi", "Pak Camat")
    for content, passphrase in [(whole, "kafe dan becak"), (altered, odd)]:
        said = script("key", unlock, content, passphrase)
        assert said.startswith("Problem: Kata sandi itu bukan untuk berkas ini.")
    assert "terlalu pendek" in script("key", create, *values, " sebelas ttk ")


def test_a_ceremony_of_a_browser_and_two_programs_makes_one_key(
    script: Script, tmp_path: Path
) -> None:
    names = ("Bu Siti", "Pak Budi", "Mas Joko")
    seeds = [channels.new_seed() for _ in names]
    certs = [ceremony.certify(seed) for seed in seeds[1:]]
    made = script("ceremony", "w.encode(await m.certify(v[0]))", seeds[0])
    certs.insert(0, wire.decode(SignedMessage, made.encode()))
    listed = [wire.encode(one).decode() for one in certs]
    read = "v[1].map((one) => w.decode(s.signedMessage, one))"
    dealt = script("ceremony", f"w.encode(await m.deal(v[0], {read}, 2))", seeds[0], listed)
    polynomials = [wire.decode(Polynomial, dealt.encode())]
    polynomials += [ceremony.deal(seed, certs, 2) for seed in seeds[1:]]
    vinputs = ceremony.route(certs, polynomials, 2)
    accept = f"w.encode(await m.accept(v[0], {read}, w.decode(s.vinput, v[2]), 2, v[3]))"
    shares = wire.encode(vinputs[0]).decode()
    made = script("ceremony", accept, seeds[0], listed, shares, names)
    voutputs = [wire.decode(Voutput, made.encode())]
    voutputs += [
        ceremony.accept(seed, certs, vinput, 2)
        for seed, vinput in zip(seeds[1:], vinputs[1:], strict=True)
    ]
    holders = (ceremony.conclude(certs, polynomials, voutputs, 2),)
    for seed, cert, voutput in zip(seeds, certs, voutputs, strict=True):
        own = ceremony.decryption_key(seed, cert, voutput.private_key)
        opened_by_script = script(
            "ceremony", "String(await m.decryptionKey(v[0], v[1]))", seed, voutput.private_key
        )
        assert opened_by_script == own.digits()
    key = script("trustees", "String((await m.readGroup(v[0])).electionKey)",
                 trustees.encode(holders).decode())  # fmt: skip
    assert mpz(key) == trustees.election_key(holders)
    mixed = replace(vinputs[0], secrets=(*vinputs[0].secrets[:2], vinputs[1].secrets[2]))
    said = script("ceremony", accept, seeds[0], listed, wire.encode(mixed).decode(), names)
    assert said.startswith("Problem: Titipan dari Mas Joko untuk Anda rusak: ")


def test_the_number_of_a_tally_is_the_one_that_the_panitia_has(script: Script) -> None:
    seed = channels.new_seed()
    certs = [ceremony.certify(seed)]
    polynomials = [ceremony.deal(seed, certs, 1)]
    (vinput,) = ceremony.route(certs, polynomials, 1)
    holders = (ceremony.conclude(certs, polynomials, [ceremony.accept(seed, certs, vinput, 1)], 1),)
    the_election = election.create(
        UUID, "Desa", "-", trustees.election_key(holders), [election.question("Kades", ["A"])]
    )
    encrypted = (tuple(proofs.encrypt(one, the_election.key)[0] for one in (0, 1)),)
    file = TallyFile(TALLY, the_election, trustees.encode(holders).decode(), encrypted, 1)
    look = "await m.lookAtTally({ tally: v[0], uuid: v[1] }, () => {})"
    seen = script("member", look, wire.encode(file).decode(), UUID)
    assert seen["number"] == trustee_files.check_number(wire.encode(file))
    assert (seen["title"], seen["ballots"]) == ("Desa", 1)
    outside = Ciphertext(group.P - 1, mpz(1))
    bent = TallyFile(TALLY, the_election, file.trustees, ((outside, encrypted[0][1]),), 1)
    said = script("member", look, wire.encode(bent).decode(), UUID)
    assert "bilangan yang tidak sah" in said
    assert "pemilihan lain" in script("member", look, wire.encode(file).decode(), "2" * 14)


def test_the_trustees_of_a_made_up_group_are_refused(script: Script) -> None:
    seed = channels.new_seed()
    certs = [ceremony.certify(seed)]
    polynomials = [ceremony.deal(seed, certs, 1)]
    (vinput,) = ceremony.route(certs, polynomials, 1)
    made = ceremony.accept(seed, certs, vinput, 1)
    text = trustees.encode((ceremony.conclude(certs, polynomials, [made], 1),)).decode()
    other = trustees.publish(mpz(secrets.randbelow(int(group.Q))))
    forged = text.replace(wire.encode(made.public_key).decode(), wire.encode(other).decode())
    assert forged != text
    read = "String((await m.readGroup(v[0])).electionKey)"
    assert script("trustees", read, text) == made.public_key.public_key.digits()
    assert "tidak sesuai dengan polinomnya" in script("trustees", read, forged)

"""What a trustee does, alone and with nothing but files: no database, no server, no settings.

    join      an invitation gives a key file and a certificate
    answer    everyone's certificates give shares for all; shares from all give the public key
    rehearse  a part of a fresh test is decrypted, and the proof of it checked
    decrypt   a tally gives this trustee's part of the count
    reveal    the key as ``belenios-tool`` has it, and :func:`adopt` the way back
    repack    a key file of before in the form of today

Everything that comes from the panitia is checked before the key is touched.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gmpy2 import mpz

from bilik.belenios import ceremony, channels, election, group, proofs, tally, trustees, wire
from bilik.belenios.archive import Archive, EventType
from bilik.belenios.ceremony import InvalidShare, Polynomial, Vinput, Voutput
from bilik.belenios.channels import SignedMessage
from bilik.belenios.election import Election
from bilik.belenios.group import Element, Exponent
from bilik.belenios.proofs import Ciphertext
from bilik.belenios.tally import SizedEncryptedTally
from bilik.belenios.trustees import CertificateKeys, Threshold, Trustees
from bilik.belenios.verify import verify
from bilik.domain.trustees import label
from bilik.errors import BilikError, InvalidRecord, NotFound
from bilik.services import trustee_files as files
from bilik.services import trustee_key, whole_files
from bilik.services.files import read_text
from bilik.services.trustee_files import (
    Certificate,
    CertificateList,
    Invitation,
    Published,
    Share,
    TallyFile,
)
from bilik.services.trustee_key import KeyFile, Passphrase, Secret, TrusteeKey

_REHEARSAL_BALLOTS = 1000


@dataclass(frozen=True)
class Joined:
    """A key file, and the certificate for the panitia; ``new`` unless the key was there before."""

    key: Path
    certificate: Path
    invitation: Invitation
    name: str
    new: bool


@dataclass(frozen=True)
class Answer:
    """A file for the panitia. ``number`` is what all trustees compare before they send it."""

    file: Path
    number: str | None = None


@dataclass(frozen=True)
class Request:
    """A tally that a trustee is asked to decrypt, with all that could be checked of it.

    ``all_ballots`` says that the archive lay beside it, and that the tally is the sum of all its
    ballots. ``used_for_other`` says that the key has already been used for another tally.
    """

    key: Path
    name: str
    tally: TallyFile
    digest: str
    number: str
    all_ballots: bool
    used_for_other: bool


def join(invitation_file: Path, name: str, passphrase: Passphrase, folder: Path) -> Joined:
    """Make a key for the trustee ``name``; if it is there already, only its certificate again.

    Raises:
        NotFound: the invitation cannot be read, or is not for that name. BilikError: the passphrase
        is too short, or a file cannot be written.
    """
    invitation = files.read(Invitation, invitation_file)
    name = _own_name(invitation, name)
    path = folder / f"saksi-{label(name)}.kunci"
    new = not path.exists()
    if new:
        seed = channels.new_seed()
        cert = ceremony.certify(seed)
        trustee_key.create(path, invitation, name, cert, Secret(seed), passphrase)
    else:
        file = trustee_key.read(path)
        if (file.invitation, file.name) != (invitation, name):
            raise BilikError(
                f"Berkas {path} sudah ada, untuk undangan yang lain. Pindahkan dulu, lalu ulangi."
            )
        cert = file.cert
    certificate = folder / f"saksi-{label(name)}.1-sertifikat.json"
    content = wire.encode(Certificate(files.CERTIFICATE, invitation, name, cert)) + b"\n"
    whole_files.write_once(certificate, content)
    return Joined(path, certificate, invitation, name, new)


def answer(key_file: Path, received: Path, passphrase: Passphrase) -> Answer:
    """Answer what the panitia sent: everyone's certificates, or the shares for this trustee.

    Raises:
        NotFound: a file cannot be read. BilikError: what was sent is not valid for this trustee.
    """
    file = trustee_key.read(key_file)
    content = files.read_any(received)
    if isinstance(content, SignedMessage):
        content = CertificateList((content,))
    if isinstance(content, CertificateList):
        return _deal(key_file, file, content.certs, passphrase)
    if isinstance(content, Vinput):
        return _accept(key_file, file, content, passphrase)
    raise InvalidRecord(
        f"Berkas {received} itu {files.name_of(content)}. Yang dijawab di sini: daftar sertifikat "
        "semua saksi, lalu titipan untuk Anda."
    )


def rehearse(key_file: Path, published: Path, passphrase: Passphrase) -> KeyFile:
    """See that the key still works: count a made-up tally with it, and check the proofs.

    ``published`` is the group's public data, or an archive: then that its election is encrypted to
    this very group is seen too.

    Raises:
        NotFound: a file cannot be read. BilikError: the key is not the one that was published, or
        does not work.
    """
    file = trustee_key.read(key_file)
    public = _public_key(file, files.group_in(_published_holders(file, published)))
    private = _private_key(trustee_key.unlock(key_file, passphrase), public)
    test = election.create(
        file.invitation.uuid, "Latihan", "Latihan", public, [election.question("Latihan", ["A"])]
    )
    expected = tuple(secrets.randbelow(_REHEARSAL_BALLOTS + 1) for _ in range(2))
    encrypted = (tuple(_encrypted(test, number) for number in expected),)
    share = tally.decrypt(test, encrypted, private)
    tally.check_decryption(test, encrypted, public, share)
    alone = (trustees.publish(private),)
    result = tally.combine(alone, encrypted, {1: share}, _REHEARSAL_BALLOTS)
    if result.result != (expected,):
        raise BilikError("Latihan gagal: kunci ini tidak bisa menghitung. Hubungi panitia.")
    return file


def look_at(key_file: Path, tally_file: Path, workers: int = 1) -> Request:
    """Check a tally that came from the panitia; the key is not needed yet.

    If the archive lies beside it, all ballots in that are verified and added up.

    Raises:
        NotFound: a file cannot be read. BilikError: the tally is another election's, or not valid.
    """
    file = trustee_key.read(key_file)
    received = files.read(TallyFile, tally_file)
    if received.election.uuid != file.invitation.uuid:
        raise InvalidRecord(
            f"Hitungan itu untuk pemilihan lain, {received.election.name}. Kunci ini untuk "
            f"{file.invitation.title}."
        )
    election.check(received.election)
    _public_key(file, files.group_in(received.holders))
    _check_sum(received)
    archive = tally_file.parent / f"{received.election.uuid}.bel"
    if archive.exists():
        _check_archive(archive, received, workers)
    content = wire.encode(received)
    digest = wire.sha256_hex(content)
    return Request(
        key_file, file.name, received, digest, files.check_number(content),
        archive.exists(), file.tally not in (None, digest),
    )  # fmt: skip


def decrypt(request: Request, passphrase: Passphrase, folder: Path, recount: bool = False) -> Path:
    """Write this trustee's part of the count; the key remembers what it was used for.

    Raises:
        BilikError: the passphrase is wrong, the key was used for another tally and this is no
        ``recount``, or a file cannot be written.
    """
    if request.used_for_other and not recount:
        raise BilikError(
            "Kunci ini sudah dipakai untuk hitungan lain. Satu kunci hanya untuk satu hitungan: "
            "tanyakan dulu kepada saksi lain. Kalau semua sepakat menghitung ulang, tambahkan "
            "--recount."
        )
    key = trustee_key.unlock(request.key, passphrase)
    the_group = files.group_in(request.tally.holders)
    private = _private_key(key, _public_key(key.file, the_group))
    path = folder / f"bagian-{label(request.name)}.json"
    if _is_share_of(path, request, the_group, key.file.place):
        return path
    share = tally.decrypt(request.tally.election, request.tally.encrypted_tally, private)
    key.save(tally=request.digest)
    whole_files.write_once(path, files.share_lines(Share(key.file.place, share)))
    return path


def reveal(key_file: Path, passphrase: Passphrase, folder: Path) -> list[Path]:
    """Write the secret as ``belenios-tool`` takes it: ``.key`` and, if there is one, ``.dkey``.

    Raises:
        NotFound: the key file cannot be read. BilikError: the passphrase is wrong, or a file cannot
        be written.
    """
    key = trustee_key.unlock(key_file, passphrase)
    contents = {".key": key.secret.seed, ".dkey": key.secret.decryption_key}
    written = []
    for suffix, content in contents.items():
        if content is not None:
            path = folder / f"saksi-{label(key.file.name)}{suffix}"
            whole_files.write_once(path, content.encode())
            written.append(path)
    return written


def repack(key_file: Path, passphrase: Passphrase) -> bool:
    """Write a key file of before in the form that browsers open too; whether it was one.

    Raises:
        NotFound: the key file cannot be read. BilikError: the passphrase is wrong, or it cannot be
        written; then the old file is still there.
    """
    key = trustee_key.unlock(key_file, passphrase)
    if of_before := key.is_of_before:
        key.save()
    return of_before


def adopt(
    invitation_file: Path,
    name: str,
    seed_file: Path,
    public_file: Path,
    decryption_key_file: Path | None,
    passphrase: Passphrase,
    folder: Path,
) -> Path:
    """Make a key file of what ``belenios-tool`` keeps.

    ``public_file`` has the trustee's certificate: alone, among everyone's, or in the published
    group.

    Raises:
        NotFound: a file cannot be read. BilikError: the files do not belong together.
    """
    invitation = files.read(Invitation, invitation_file)
    name = _own_name(invitation, name)
    seed = read_text(seed_file).strip()
    cert, agreed = _own_certificate(seed, public_file)
    dkey = read_text(decryption_key_file).strip() if decryption_key_file else None
    if dkey is not None:
        ceremony.decryption_key(seed, cert, dkey)
    if agreed is not None:
        place = invitation.group.place(name) or 0
        if len(agreed) != len(invitation.names) or agreed[place - 1] != cert:
            raise InvalidRecord(f"Kunci itu bukan milik {name} di {public_file}.")
    path = folder / f"saksi-{label(name)}.kunci"
    trustee_key.create(path, invitation, name, cert, Secret(seed, dkey), passphrase, agreed)
    return path


def the_only_key(folder: Path) -> Path:
    """The key file in a folder, where there is just one.

    Raises:
        NotFound: there is none, or there are several.
    """
    found = sorted(folder.glob("saksi-*.kunci"))
    if len(found) != 1:
        raise NotFound(
            "Di folder ini ada beberapa kunci saksi; pilih dengan `--key BERKAS.kunci`."
            if found
            else "Kunci saksi tidak ada di folder ini. Tunjukkan dengan `--key BERKAS.kunci`."
        )
    return found[0]


def _encrypted(test: Election, number: int) -> Ciphertext:
    one, _ = proofs.encrypt(0, test.key)
    return Ciphertext(one.alpha, one.beta * group.power(group.G, mpz(number)) % group.P)


def _own_name(invitation: Invitation, name: str) -> str:
    place = invitation.group.place(name)
    if place is None:
        raise NotFound(
            f"`{name}` tidak ada di undangan. Yang diundang: {', '.join(invitation.names)}."
        )
    return invitation.names[place - 1]


def _deal(
    path: Path, file: KeyFile, certs: tuple[SignedMessage, ...], passphrase: Passphrase
) -> Answer:
    names = file.invitation.names
    if len(certs) != len(names):
        raise InvalidRecord(f"Sertifikatnya {len(certs)}, padahal saksinya {len(names)}.")
    ceremony.gather(certs)
    if certs[file.place - 1] != file.cert:
        raise InvalidRecord(
            "Sertifikat atas nama Anda di daftar itu bukan milik Anda. Jangan dilanjutkan: "
            "beri tahu panitia dan saksi lain."
        )
    if file.certs not in (None, certs):
        raise InvalidRecord(
            "Daftar sertifikat itu lain dari yang dulu Anda jawab. Kalau panitia memulai dari "
            "awal, buat kunci baru dengan `bilik trustees join` di folder lain."
        )
    number = files.certificates_number(file.invitation, certs)
    answered = path.with_name(f"saksi-{label(file.name)}.2-titipan.json")
    if file.certs is None or not answered.exists():
        key = trustee_key.unlock(path, passphrase)
        dealt = ceremony.deal(key.secret.seed, certs, file.invitation.threshold)
        key.save(certs=certs)
        whole_files.write_once(answered, wire.encode(dealt) + b"\n")
    files.read(Polynomial, answered)
    return Answer(answered, number)


def _accept(path: Path, file: KeyFile, vinput: Vinput, passphrase: Passphrase) -> Answer:
    if file.certs is None:
        raise InvalidRecord(
            "Jawab dulu daftar sertifikat semua saksi dengan `bilik trustees answer`, baru titipan "
            "ini."
        )
    answered = path.with_name(f"saksi-{label(file.name)}.3-selesai.json")
    if answered.exists():
        files.read(Voutput, answered)  # What is replaced below is an answer of before.
    key = trustee_key.unlock(path, passphrase)
    try:
        made = ceremony.accept(key.secret.seed, file.certs, vinput, file.invitation.threshold)
    except InvalidShare as error:
        raise InvalidRecord(
            f"Titipan dari {file.invitation.names[error.dealer - 1]} untuk Anda rusak: "
            f"{error.reason}. Minta ia mengirim lagi titipannya kepada panitia."
        ) from None
    except InvalidRecord as error:
        raise InvalidRecord(
            f"Titipan itu bukan untuk {file.name}, atau sudah berubah: {error}."
        ) from None
    key.save(secret=Secret(key.secret.seed, made.private_key))
    whole_files.replace(answered, wire.encode(made) + b"\n")
    return Answer(answered)


def _public_key(file: KeyFile, the_group: Threshold) -> Element:
    """What was published as this trustee's, in the very group that the key was made for."""
    invitation, place = file.invitation, file.place
    known = file.certs or (*the_group.certs[: place - 1], file.cert, *the_group.certs[place:])
    if (the_group.threshold, the_group.certs) != (invitation.threshold, known) or len(known) != len(
        invitation.names
    ):
        raise InvalidRecord(
            "Kunci ini dibuat bersama saksi lain, atau dengan ambang lain, bukan yang ada di "
            "berkas itu."
        )
    return the_group.verification_keys[place - 1].public_key


def _published_holders(file: KeyFile, published: Path) -> Trustees:
    if published.suffix != ".bel":
        return files.read(Published, published).trustees
    try:
        with published.open("rb") as content:
            archive = Archive(content)
            the_election = election.read(archive.data(archive.setup.election))
            holders = trustees.read(archive.data(archive.setup.trustees))
    except OSError:
        raise NotFound(f"Berkas {published} tidak bisa dibaca.") from None
    if (the_election.uuid, the_election.public_key) != (
        file.invitation.uuid,
        trustees.election_key(holders),
    ):
        raise InvalidRecord(f"Arsip {published} bukan milik pemilihan Anda. Beri tahu saksi lain.")
    return holders


def _private_key(key: TrusteeKey, public: Element) -> Exponent:
    if key.secret.decryption_key is None:
        raise BilikError(
            "Kunci ini belum selesai: jawab dulu titipan untuk Anda dengan `bilik trustees answer`."
        )
    private = ceremony.decryption_key(key.secret.seed, key.file.cert, key.secret.decryption_key)
    if group.generator().power(private) != public:
        raise BilikError("Kunci ini bukan kunci yang diumumkan atas nama Anda. Hubungi panitia.")
    return private


def _check_sum(received: TallyFile) -> None:
    """See that nothing but a sum of this election can be in the tally.

    A number outside the group, raised to the private key, would give away a part of the key.
    """
    shape = [len(question.answers) + 1 for question in received.election.questions]
    if [len(row) for row in received.encrypted_tally] != shape or received.ballots < 0:
        raise InvalidRecord("Hitungan itu tidak sesuai dengan surat suara pemilihannya.")
    for row in received.encrypted_tally:
        for one in row:
            if not (group.is_member(one.alpha) and group.is_member(one.beta)):
                raise InvalidRecord(
                    "Hitungan itu berisi bilangan yang tidak sah. Jangan didekripsi."
                )


def _check_archive(path: Path, received: TallyFile, workers: int) -> None:
    try:
        with path.open("rb") as file:
            archive = Archive(file)
            verified = verify(archive, workers)
            sized = [
                wire.decode(SizedEncryptedTally, archive.data(payload))
                for payload in archive.payloads(EventType.ENCRYPTED_TALLY)
            ]
    except OSError:
        raise NotFound(f"Berkas {path} tidak bisa dibaca.") from None
    said = wire.sha256_hex(wire.encode(received.encrypted_tally))
    if verified.election != received.election or [
        (one.num_tallied, one.encrypted_tally) for one in sized
    ] != [(received.ballots, said)]:
        raise InvalidRecord(
            f"Hitungan itu bukan jumlah semua suara di {path}. Jangan didekripsi: beri tahu saksi "
            "lain."
        )


def _is_share_of(path: Path, request: Request, the_group: Threshold, place: int) -> bool:
    """Whether the answer is already there, from a run that was cut off or repeated."""
    if not path.exists():
        return False
    share = files.read(Share, path)
    try:
        tally.check_decryption(
            request.tally.election,
            request.tally.encrypted_tally,
            the_group.verification_keys[place - 1].public_key,
            share.decryption,
        )
    except InvalidRecord:
        return False
    return share.owner == place


def _own_certificate(
    seed: str, public_file: Path
) -> tuple[SignedMessage, tuple[SignedMessage, ...] | None]:
    """The certificate of a seed, and everyone's if the file has the published group."""
    content = files.read_any(public_file)
    agreed: tuple[SignedMessage, ...] | None = None
    certs: Sequence[SignedMessage] = ()
    if isinstance(content, SignedMessage):
        certs = (content,)
    elif isinstance(content, CertificateList):
        certs = content.certs
    elif isinstance(content, Published):
        certs = agreed = files.group_in(content.trustees).certs
    keys = channels.private_keys(seed)
    g = group.generator()
    own = CertificateKeys(g.power(keys.signing), g.power(keys.decryption))
    for cert in certs:
        if trustees.read_certificate(cert) == own:
            return cert, agreed
    raise InvalidRecord(f"Sertifikat kunci itu tidak ada di {public_file}.")

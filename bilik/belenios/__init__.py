"""The box: a Belenios 2.0 election, after the specification that ships with ``belenios-tool``.

Each module names the section it follows. Data flows one way, each module using those above it:

    wire          canonical JSON, hashes, and the one codec for all messages   (4.1, 4.2, 4.15)
    group         BELENIOS-2048: tables of powers, membership, hashing         (4.2, 5.1)
    proofs        ElGamal ciphertexts and zero-knowledge proofs                (4.3, 4.5, 4.12-4.14)
    credentials   what a voter signs with                                      (4.8)
    election      questions, the public key, the fingerprint                   (4.9, 4.10)
    ballot        making a ballot, verifying one, its tracker                  (4.11, 4.15)
    channels      signed and encrypted messages between trustees               (4.6.1, 4.6.3)
    trustees      who holds the key, and what of it                            (4.5, 4.6.7, 4.7)
    ceremony      the trustees' messages that make a threshold key             (4.6)
    tally         product of the ballots, partial decryptions, result          (4.16, 4.18, 4.19)
    archive       the ``.bel`` file: a chain of events                         (4.4)
    verify        everything an auditor checks in an archive                   (3.5)

Only what Bilik uses is here: homomorphic questions with exactly one answer or a blank, weights of
one, no shuffles. What others made is refused with :class:`bilik.errors.InvalidRecord` unless it is
well-formed to the byte and every proof in it holds.
"""

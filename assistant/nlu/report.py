"""What was measured, in words: the report that trainers and testers read."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.nlu.measure import SLIP_RATE, Gate, Measured, Miss, Tally, weakest

_SHOWN = 12
_LABELS = {
    "choose": "memilih",
    "correct": "mengoreksi",
    "blank": "mengosongkan",
    "reject": "menolak calon",
    "waver": "ragu",
    "talk": "omongan tentang calon",
    "ask": "bertanya tentang calon",
    "number": "angka yang bukan calon",
    "namesake": "orang lain yang senama",
    "chat": "obrolan",
}


def lines(measured: Measured) -> Iterator[str]:
    """The report as Markdown, in Bahasa Indonesia."""
    yield "# Seberapa baik Bilik memahami pesan"
    yield from _intents(measured)
    yield from _choices(measured)
    yield from _gate(measured)
    yield from _misses(measured)


def summary(measured: Measured) -> Iterator[str]:
    """The same in a few lines, for the terminal."""
    choices, gate = measured.choices, measured.gate
    name, score = weakest(measured.intents, 1)[0]
    yield f"Maksud    macro-F1 {measured.intents.macro_f1:.3f}; terlemah {name} {score:.2f}"
    yield (
        f"Pilihan   benar dibacakan {_percent(choices.right_rate)}, "
        f"keliru {_percent(choices.wrong_rate)}; "
        f"bukan pilihan tetapi dibacakan {_percent(choices.read_back_rate)}"
    )
    yield f"Ketikan   kerugian karena salah ketik {measured.loss_by_slips * 100:.1f} poin"
    yield (
        f"Konfirmasi {len(gate.cast)} dari {gate.others} yang bukan ya terkirim; "
        f"{_percent(gate.accepted_rate)} ya diterima"
    )


def _intents(measured: Measured) -> Iterator[str]:
    intents = measured.intents
    yield "\n## Maksud (intent)\n"
    yield f"{intents.examples} pesan uji, macro-F1 **{intents.macro_f1:.3f}**. Yang terlemah:\n"
    yield "| maksud | F1 |\n|---|---:|"
    for name, score in weakest(intents, 8):
        yield f"| {name} | {score:.2f} |"
    yield "\nYang paling sering tertukar:\n"
    for (wanted, got), texts in intents.confusions[:_SHOWN]:
        examples = ", ".join(f"«{text}»" for text in texts[:2])
        yield f"- **{wanted}** dikira **{got}**, {len(texts)} kali: {examples}"


def _choices(measured: Measured) -> Iterator[str]:
    yield "\n## Pilihan\n"
    yield (
        "Benar: calon yang tepat dibacakan ulang. Keliru: calon lain yang dibacakan. "
        "Dibacakan: bukan pilihan, tetapi dianggap pilihan.\n"
    )
    yield "| | pilihan | benar | keliru | bukan pilihan | dibacakan |"
    yield "|---|---:|---:|---:|---:|---:|"
    yield _row("**Bilik**", measured.choices)
    yield _row(f"Bilik, {SLIP_RATE:.0%} kata salah ketik", measured.mistyped)
    yield _row("bot regex", measured.regex_choices)
    for name, tally in measured.by_set.items():
        yield _row(name, tally)
    yield "\nMenurut jenis pesan:\n"
    yield "| jenis | pesan | dipahami |\n|---|---:|---:|"
    for label, tally in measured.by_label.items():
        if label in _LABELS:
            total = tally.choices + tally.others
            right = 1 - len(tally.misses) / max(1, total)
            yield f"| {_LABELS[label]} | {total} | {_percent(right)} |"
    yield f"\nKerugian karena salah ketik: {measured.loss_by_slips * 100:.1f} poin."


def _row(name: str, tally: Tally) -> str:
    return (
        f"| {name} | {tally.choices} | {_percent(tally.right_rate)} | {_percent(tally.wrong_rate)} "
        f"| {tally.others} | {_percent(tally.read_back_rate)} |"
    )


def _gate(measured: Measured) -> Iterator[str]:
    yield "\n## Konfirmasi\n"
    yield "| | bukan ya | terkirim | ya | diterima |\n|---|---:|---:|---:|---:|"
    for name, gate in (("**Bilik**", measured.gate), ("bot regex", measured.regex_gate)):
        yield (
            f"| {name} | {gate.others} | {len(gate.cast)} | {gate.yeses} "
            f"| {_percent(gate.accepted_rate)} |"
        )
    yield from _texts("Terkirim, padahal bukan ya", measured.gate)
    if measured.gate.refused:
        refused = ", ".join(f"«{text}»" for text in measured.gate.refused[:_SHOWN])
        yield f"\nYa yang belum diterima: {refused}"


def _texts(title: str, gate: Gate) -> Iterator[str]:
    if gate.cast:
        yield f"\n{title}: " + ", ".join(f"«{text}»" for text in gate.cast)


def _misses(measured: Measured) -> Iterator[str]:
    misses = measured.choices.misses
    yield from _list(
        "Calon yang keliru dibacakan", [one for one in misses if "-" not in (one.got, one.expected)]
    )
    yield from _list(
        "Bukan pilihan, tetapi dibacakan", [one for one in misses if one.expected == "-"]
    )
    yield from _list(
        "Pilihan yang masih ditanyakan lagi", [one for one in misses if one.got == "-"]
    )


def _list(title: str, misses: list[Miss]) -> Iterator[str]:
    yield f"\n## {title} ({len(misses)})\n"
    for one in misses:
        yield f"- «{one.text}» (seharusnya {one.expected}, dibacakan {one.got})"


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %".replace(".", ",")

"""Intent pipelines side by side: how well and how fast they read the messages of `tests/nlu`.

Each is trained on `data/nlu`; then all read every message in one process, in alternating rounds.
Run with `make bench-nlu`; what counts is the ratio to Rasa's keyword classifier, the floor.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.trackers import DialogueStateTracker
from sklearn.metrics import f1_score

from assistant.nlu.cases import Example, read_examples
from assistant.nlu.trial import load_agent

ROOT = Path(__file__).parent.parent
CONFIGS = {
    "keyword": ROOT / "bench" / "nlu" / "keyword.yml",
    "Bilik": ROOT / "config.yml",
    "logistic": ROOT / "bench" / "nlu" / "logistic.yml",
    "DIET": ROOT / "bench" / "nlu" / "diet.yml",
}
ROUNDS = 3


@dataclass
class Figures:
    """What one pipeline does."""

    agent: Agent
    training_seconds: float
    found: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


def keywords(directory: Path) -> Path:
    """Two plain examples of each intent: for the keyword classifier, each is a regular expression.

    With all of `data/nlu` it would search for thousands of them, and be slower than anything here.
    """
    few: dict[str, list[str]] = {}
    for one in read_examples(ROOT / "data" / "nlu"):
        known = few.setdefault(one.intent, [])
        if len(known) < 2 and re.fullmatch(r"[a-z ]+", one.text):
            known.append(one.text)
    blocks = [
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for intent, texts in few.items()
    ]
    file = directory / "keywords.yml"
    file.write_text('version: "3.1"\nnlu:\n' + "".join(blocks), encoding="utf-8")
    return file


def train(config: Path, data: Path, directory: Path) -> tuple[Agent, float]:
    """The pipeline, trained in a process of its own; and how long that took."""
    began = time.monotonic()
    subprocess.run(
        [
            sys.executable, "-m", "rasa", "train", "nlu", "--config", str(config),
            "--nlu", str(data), "--out", str(directory),
            "--fixed-model-name", config.stem, "--quiet",
        ],
        check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
    )  # fmt: skip
    took = time.monotonic() - began
    return load_agent(directory / f"{config.stem}.tar.gz"), took


def read(figures: Figures, examples: list[Example], loop: asyncio.AbstractEventLoop) -> None:
    """All messages once, each timed by itself."""
    figures.found = []
    tracker = DialogueStateTracker.from_events("bench", [])
    for one in examples:
        began = time.perf_counter()
        parsed = loop.run_until_complete(
            figures.agent.processor.parse_message(UserMessage(one.text), tracker)
        )
        figures.milliseconds.append((time.perf_counter() - began) * 1000)
        figures.found.append(parsed["intent"]["name"] or "")


def main() -> None:
    """Train, read, print the table."""
    logging.disable(logging.WARNING)
    examples = read_examples(ROOT / "tests" / "nlu")
    wanted = [one.intent for one in examples]
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory() as directory:
        sides = {}
        for name, config in CONFIGS.items():
            print(f"Training {name} …", flush=True)
            data = keywords(Path(directory)) if name == "keyword" else ROOT / "data" / "nlu"
            sides[name] = Figures(*train(config, data, Path(directory)))
        for _ in range(ROUNDS):
            for figures in sides.values():
                read(figures, examples, loop)
    floor = statistics.median(sides["keyword"].milliseconds)
    print("| pipeline | macro-F1 | accuracy | training s | median ms | p95 ms | to keyword |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, figures in sides.items():
        labels = sorted(set(wanted))
        score = f1_score(wanted, figures.found, labels=labels, average="macro", zero_division=0)
        right = sum(a == b for a, b in zip(wanted, figures.found, strict=True)) / len(wanted)
        middle = statistics.median(figures.milliseconds)
        slow = statistics.quantiles(figures.milliseconds, n=20)[-1]
        print(
            f"| {name} | {score:.3f} | {right:.3f} | {figures.training_seconds:.0f} "
            f"| {middle:.2f} | {slow:.2f} | {middle / floor:.2f} |"
        )


if __name__ == "__main__":
    main()

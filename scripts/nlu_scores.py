"""Hold the report of `rasa test nlu` against what the intents must at least reach."""

import json
import pathlib
import sys

MACRO_F1 = 0.93
ANY_INTENT_F1 = 0.80


def main(report):
    scores = json.loads(pathlib.Path(report).read_text(encoding="utf-8"))
    macro = scores["macro avg"]["f1-score"]
    intents = {
        name: score["f1-score"]
        for name, score in scores.items()
        if isinstance(score, dict) and not name.endswith(" avg")
    }
    weakest = sorted(intents, key=intents.get)[:5]
    print(f"macro-F1 {macro:.3f} over {len(intents)} intents; weakest:")
    print(", ".join(f"{name} {intents[name]:.2f}" for name in weakest))
    if macro < MACRO_F1 or intents[weakest[0]] < ANY_INTENT_F1:
        sys.exit(f"below the floor: macro-F1 {MACRO_F1}, any intent {ANY_INTENT_F1}")


main(sys.argv[1])

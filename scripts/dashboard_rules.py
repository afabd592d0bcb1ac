"""Prints a dashboard's expressions as rules of Prometheus, so that promtool can read them."""

import json
import sys
from pathlib import Path

board = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
expressions = [one["expr"] for panel in board["panels"] for one in panel.get("targets", ())]
rules = [
    {"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "1m")}
    for number, expression in enumerate(expressions)
]
# Prometheus reads YAML, of which JSON is a part.
print(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))

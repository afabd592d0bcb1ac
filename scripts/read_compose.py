"""Reads a compose file as the compose specification has it; fails with what is wrong in it."""

import json
import re
import sys
from pathlib import Path

import yaml
from compose_spec import PyCompose

text = re.sub(r"\$\{\w+:\?[^}]*\}", "contoh", Path(sys.argv[1]).read_text(encoding="utf-8"))
PyCompose.from_json(json.dumps(yaml.safe_load(text))).validate()

"""The arrows between packages go one way."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

ALLOWED = {
    "bilik/domain": {"bilik.domain", "bilik.errors", "bilik.clock"},
    "bilik/belenios": {"bilik.belenios", "bilik.errors", "bilik.disk_index", "bilik.parallel"},
    "bilik/storage": {"bilik.storage", "bilik.errors"},
    "bilik/services": {
        "bilik.belenios",
        "bilik.services", "bilik.storage", "bilik.domain", "bilik.errors", "bilik.clock",
        "bilik.keys", "bilik.disk_index", "bilik.parallel", "bilik.printing",
    },
    "bilik/printing": {"bilik.printing", "bilik.domain", "bilik.errors", "bilik.clock"},
    "bilik/web": {
        "bilik.web", "bilik.services", "bilik.domain", "bilik.errors", "bilik.clock", "bilik.keys",
        "bilik.printing", "bilik.settings", "bilik.storage.database",
    },
    "bilik": {"bilik"},
    "actions": {"actions", "bilik", "rasa_sdk"},
    # `bilik nlu try` runs the very actions of a conversation.
    "assistant": {"assistant", "actions", "bilik", "rasa"},
}  # fmt: skip
OURS = ("bilik", "actions", "assistant", "rasa", "rasa_sdk")
WITH_SQL = ("bilik.storage.tables", "sqlalchemy")


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: write imports in full"
            # "from bilik import keys" may import a module of that name.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_lies_inward(package: str) -> None:
    files = list((ROOT / package).rglob("*.py"))
    assert files
    wrong = [
        f"{file.relative_to(ROOT)}: {module}"
        for file in files
        for module in imports(file)
        if any(is_within(module, one) for one in OURS)
        and not any(is_within(module, one) for one in ALLOWED[package])
    ]
    assert wrong == []


@pytest.mark.parametrize("package", ["actions", "bilik/web"])
def test_what_speaks_to_people_holds_no_sql(package: str) -> None:
    wrong = [
        f"{file.name}: {module}"
        for file in (ROOT / package).rglob("*.py")
        for module in imports(file)
        if any(is_within(module, one) for one in WITH_SQL)
    ]
    assert wrong == []

"""The rules of the house: what may import what, where the environment is read, file sizes.

Each rule is a function that lists violations below a folder, tried on this tree and on a
copy with a violation planted, so that no rule passes because it sees nothing.
"""

from __future__ import annotations

import ast
import functools
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("models", "service", "training", "load", "docsite", "client")
SETTINGS = {"service/settings.py", "training/settings.py"}
LARGEST = 300
MADE = {"node_modules", "cairn-path.js"}
"""What is installed or built below a room, and no source."""
GENERATED = {"client/cairn_client/schema.py"}
COMMANDS = {
    *(f"service/{name}.py" for name in ("commands", "commands_log", "commands_lti")),
    "training/commands.py",
}
"""The parts of the command line that lie in a room."""
DOORS = {"training/embedder.py", "training/baselines/sasrec.py"}
"""What is behind them brings torch, which takes seconds and most runs do without: decision 59."""

Rule = Callable[[Path], list[str]]


def sources(root: Path, *rooms: str) -> Iterator[tuple[str, ast.Module]]:
    """Path below ``root`` and syntax tree of every module of the rooms."""
    for room in rooms:
        for path in (
            sorted((root / room).rglob("*.py")) if (root / room).is_dir() else [root / room]
        ):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text())


def environment(root: Path) -> list[str]:
    """Whoever reads the environment outside the settings modules.

    ``load`` is left out: it reads no setting, it hands its environment to what it starts.
    """
    return [
        f"{path}:{node.lineno}"
        for path, tree in sources(root, "models", "service", "training", "cairn.py")
        if path not in SETTINGS
        for node in ast.walk(tree)
        if _reads_environment(node)
    ]


def _reads_environment(node: ast.AST) -> bool:
    names = {"environ", "environb", "getenv", "getenvb", "putenv"}
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr=attr):
            return attr in names
        case ast.ImportFrom(module="os", names=imported):
            return any(alias.name in names for alias in imported)
        case ast.ImportFrom(module=str(module)):
            return module.split(".")[0] in {"pydantic_settings", "dotenv"}
        case ast.Import(names=imported):
            return any(alias.name in {"pydantic_settings", "dotenv"} for alias in imported)
    return False


def late_imports(root: Path) -> list[str]:
    """Imports inside functions; only the command line may load a half when it is needed, and the
    ``DOORS`` one of the largest libraries, each in one place.
    """
    found = []
    for path, tree in sources(root, *ROOMS):
        late = [
            f"{path}:{node.lineno}"
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        if path not in COMMANDS:
            found += late[1:] if path in DOORS else late
    return found


def large_files(root: Path) -> list[str]:
    """Source files over ``LARGEST`` lines; tests may be longer, a reader skims them."""
    suffixes = {".py", ".js", ".css", ".html", ".lua"}
    files = [
        path
        for room in ROOMS
        for path in (root / room).rglob("*")
        if path.suffix in suffixes and not MADE & set(path.relative_to(root).parts)
    ]
    counts = {path: len(path.read_text().splitlines()) for path in (*files, root / "cairn.py")}
    return [
        f"{path.relative_to(root).as_posix()}: {lines} lines"
        for path, lines in sorted(counts.items())
        if lines > LARGEST and path.relative_to(root).as_posix() not in GENERATED
    ]


def pickles(root: Path) -> list[str]:
    """Modules that could read or write a pickle."""
    kinds = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
    found = []
    for path, tree in sources(root, *ROOMS, "cairn.py"):
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=names) if {n.name.split(".")[0] for n in names} & kinds:
                    found.append(f"{path}:{node.lineno}")
                case ast.ImportFrom(module=str(module)) if module.split(".")[0] in kinds:
                    found.append(f"{path}:{node.lineno}")
                case ast.keyword(arg="allow_pickle", value=value):
                    if not (isinstance(value, ast.Constant) and value.value is False):
                        found.append(f"{path}:{node.lineno}")
                case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr="load" | "save")):
                    if "allow_pickle" not in {keyword.arg for keyword in node.keywords}:
                        found.append(f"{path}:{node.lineno}")
    return found


def strangers(root: Path) -> list[str]:
    """Modules of the client that import anything but Python's own, HTTPX, pydantic and itself."""
    known = {*sys.stdlib_module_names, "httpx", "pydantic", "cairn_client"}
    return [
        f"{path}:{node.lineno}"
        for path, tree in sources(root, "client/cairn_client", "client/examples")
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
        if name.split(".")[0] not in known
    ]


def imports(root: Path) -> list[str]:
    """Contracts of import-linter (``pyproject.toml``) that are broken."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()",
         "--no-cache", "--no-logo"],
        cwd=root, env={"PYTHONPATH": f"{root}:{root / 'client'}", "COLUMNS": "200"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 0:
        return []
    return re.findall(r"^(.+) BROKEN", done.stdout, re.MULTILINE) or [done.stdout + done.stderr]


def unlisted(root: Path) -> list[str]:
    """Top-level files and folders that README does not list."""
    told = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if told.returncode:
        pytest.skip("not a git checkout: which files belong to the project is unknown")
    entries = {line.split("/")[0] for line in told.stdout.splitlines()}
    listed = set(re.findall(r"^\| \[?`([^`]+?)/?`", (root / "README.md").read_text(), re.MULTILINE))
    return sorted(entries ^ listed)


@pytest.mark.parametrize(
    "rule", [environment, late_imports, large_files, pickles, strangers, imports, unlisted]
)
def test_the_house_is_in_order(rule: Rule) -> None:
    assert rule(ROOT) == []


PLANTS: list[tuple[Rule, str, str, str]] = [
    (environment, "models/gap.py", "import os\nHOME = os.environ['HOME']", "models/gap.py"),
    (environment, "service/app.py", "from os import getenv", "service/app.py"),
    (environment, "training/gate.py", "import pydantic_settings", "training/gate.py"),
    (late_imports, "models/ids.py", "def f():\n    import json", "models/ids.py"),
    (late_imports, "training/embedder.py", "def f():\n    import json", "training/embedder.py"),
    (large_files, "models/trend.py", "\n" * LARGEST, "models/trend.py"),
    (pickles, "training/steps.py", "from pickle import loads", "training/steps.py"),
    (pickles, "models/sparse.py", "X = np.load('x', allow_pickle=True)", "models/sparse.py"),
    (pickles, "models/search.py", "X = np.load('x')", "models/search.py"),
    (strangers, "client/cairn_client/calls.py", "import orjson", "client/cairn_client/calls.py"),
    (strangers, "client/examples/nightly.py", "from models import ids", "examples/nightly.py"),
    (imports, "client/cairn_client/aio.py", "import service.answers", "the client stands alone"),
    (imports, "training/gate.py", "import docsite.cli", "nothing knows the site"),
    (imports, "models/gap.py", "import training.gate", "models knows"),
    (imports, "models/gap.py", "import faiss", "faiss has one door"),
    (imports, "service/answers.py", "import polars", "service knows"),
    (imports, "service/answers.py", "import redis", "redis has one door"),
    (imports, "service/answers.py", "import sqlite3", "sqlite3 has one door"),
    (imports, "training/gate.py", "import service.answers", "training knows"),
    (imports, "training/gate.py", "import lightfm", "lightfm has one door"),
    (imports, "training/tally.py", "import dask", "dask has one door"),
    (imports, "training/gate.py", "import mlflow", "mlflow has one door"),
    (imports, "training/gate.py", "import optuna", "optuna has one door"),
    (imports, "load/run.py", "import models.gap", "load measures"),
    (unlisted, "README.md", "| `nowhere/` | an entry that is not there |", "nowhere"),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Rule], list[str]]:
    """What each rule finds in a copy of the house with every violation planted."""
    copy = tmp_path_factory.mktemp("house")
    for room in ROOMS:
        shutil.copytree(
            ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__", *MADE)
        )
    for name in ("cairn.py", "pyproject.toml", "README.md"):
        shutil.copyfile(ROOT / name, copy / name)
    for _, path, planted, _ in PLANTS:
        with (copy / path).open("a") as file:
            file.write(f"\n{planted}\n")
    return functools.cache(lambda rule: rule(copy))


@pytest.mark.parametrize(
    ("rule", "named"),
    [(rule, named) for rule, _, _, named in PLANTS],
    ids=[f"{rule.__name__}-{named}" for rule, _, _, named in PLANTS],
)
def test_every_rule_can_fail(rule: Rule, named: str, broken: Callable[[Rule], list[str]]) -> None:
    assert any(named in violation for violation in broken(rule)), broken(rule)

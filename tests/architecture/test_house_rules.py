"""Rules of STYLE.md that a program can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES_MAX = 400
ENDINGS = (".py", ".js", ".css", ".html")
# STYLE.md 1: words that say nothing.
EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "service",
    "handle",
    "process",
    "data",
    "misc",
}
SERVER = ROOT / "src" / "filoscope" / "server"


def ours(*folders: str, endings: tuple[str, ...] = ENDINGS) -> Iterator[Path]:
    for folder in folders or ("src", "tests", "bench"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in endings and "migrations" not in path.parts:
                yield path


def named(paths: Iterator[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_no_file_is_longer_than_400_lines() -> None:
    long = (path for path in ours() if len(path.read_text().splitlines()) > LINES_MAX)
    assert named(long) == []


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    # A page about the handle of an account is about a noun.
    words = EMPTY_NAMES - {"handle"}
    empty = (path for path in ours() if {path.stem, path.parent.name} & words)
    assert named(empty) == []


def test_no_function_or_class_has_a_name_that_says_nothing() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in ours("src", endings=(".py",))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.name.lower().strip("_") in EMPTY_NAMES
    ]
    assert found == []


def test_every_module_says_first_what_it_is() -> None:
    silent = (
        path
        for path in ours("src", endings=(".py",))
        if path.read_text().strip() and ast.get_docstring(ast.parse(path.read_text())) is None
    )
    assert named(silent) == []


def test_no_except_catches_everything() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in ours("src", endings=(".py",))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and _is_broad(node)
    ]
    assert found == []


def _is_broad(node: ast.ExceptHandler) -> bool:
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    broad = any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException"))
        for kind in kinds
    )
    raises_again = any(isinstance(last, ast.Raise) and last.exc is None for last in node.body[-1:])
    return broad and not raises_again


def test_nothing_is_left_to_be_done_in_a_comment() -> None:
    word = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    this = Path(__file__)
    assert named(path for path in ours() if path != this and word.search(path.read_text())) == []


def test_no_page_has_script_or_style_inside_it() -> None:
    """The Content-Security-Policy would refuse it, in the browser of somebody else."""
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\son[a-z]+=\"|\sstyle=\"|javascript:", re.I)
    data = re.compile(r"<script[^>]*type=\"application/(ld\+)?json\"", re.I)
    pages = ours("src", endings=(".html",))
    assert named(path for path in pages if inline.search(data.sub("", path.read_text()))) == []


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["serve", "--help"]], ids=" ".join)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys\n"
        "from filoscope.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "heavy = {'django', 'av', 'numpy', 'cv2', 'psycopg', 'psutil', 'asyncio', 'PIL'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


def test_every_app_is_placed_on_the_ladder() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    ladder = next(contract for contract in contracts if contract["name"].startswith("3."))
    placed = set(re.findall(r"\w+", " ".join(ladder["layers"])))
    apps = {path.parent.name for path in SERVER.glob("*/apps.py")}
    assert apps - placed == set()


def test_no_engine_and_no_app_share_a_name() -> None:
    engines = {path.parent.name for path in SERVER.parent.glob("*/__init__.py")}
    apps = {path.parent.name for path in SERVER.glob("*/apps.py")}
    assert engines & apps == set()


def test_the_lock_file_names_no_address() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text()


def test_no_clip_no_song_and_no_program_is_in_the_repository() -> None:
    kept = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout.split(b"\0")
    binary = re.compile(rb"\.(mp4|mov|mkv|webm|avi|mp3|wav|ogg|so|whl|zip|gz)$")
    assert [name for name in kept if binary.search(name)] == []

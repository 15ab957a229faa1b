"""What the docs say is what the program does: settings, commands, options, words, shell lines."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from filoscope.cli import COMMANDS
from filoscope.server.operations.settings_table import table

ROOT = Path(__file__).parents[2]
HOSTING = ROOT / "docs" / "hosting"
README = (ROOT / "README.md").read_text()


def test_the_table_of_settings_is_that_of_the_program() -> None:
    """To mend it: python -m filoscope.server.operations.settings_table > docs/hosting/settings.md"""
    assert (HOSTING / "settings.md").read_text() == table()


def options_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield name
                yield from options_of(below)
        yield from (name for name in action.option_strings if name not in ("-h", "--help"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_in_the_docs(name: str) -> None:
    pages = (HOSTING / "commands.md", *(ROOT / "docs" / "engines").glob("*.md"))
    page = "\n".join(path.read_text() for path in pages)
    parser = argparse.ArgumentParser()
    import_module(COMMANDS[name][0]).configure(parser)
    wanted = [f"filoscope {name}", *options_of(parser)]
    assert [word for word in wanted if word not in page] == []
    assert f"`filoscope {name}" in README or f"`{name}`" in README


def test_every_model_is_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    ours = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("filoscope.") and not model._meta.auto_created
    ]
    assert [name for name in ours if f"| {name} |" not in glossary] == []


def test_every_setting_named_in_the_docs_exists() -> None:
    known = set(re.findall(r"FILOSCOPE_[A-Z_]+", table()))
    for page in (*HOSTING.glob("*.md"), ROOT / "README.md"):
        named = set(re.findall(r"FILOSCOPE_[A-Z_]+", page.read_text()))
        assert named - known == set(), page.name


def shell_lines() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def test_every_shell_line_of_the_readme_is_run_by_a_test_or_by_ci() -> None:
    """`make check` and `make test` by .ci/run, the others below and in test_demo_community.py."""
    run_by_ci = {"make check", "make test"} & set((ROOT / ".ci" / "run").read_text().splitlines())
    run_by_tests = {
        "make demo",
        "export FILOSCOPE_HOME=/tmp/our-street",
        ".venv/bin/filoscope user create olive --role owner",
        ".venv/bin/filoscope doctor",
        ".venv/bin/filoscope serve",
    }
    assert set(shell_lines()) - run_by_ci - run_by_tests == set()


@pytest.mark.parametrize("page", sorted(HOSTING.glob("*.md")), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []

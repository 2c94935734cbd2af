"""The page of commands is what the commands say."""

import pytest
import typer.main

from house.house import ROOT
from trialwright.cli.main import app
from trialwright.cli.manual import manual

GROUP = typer.main.get_command(app)


def test_the_page_of_commands_is_current():
    page = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")

    assert manual(app) == page, "make it again: python -m trialwright.cli.manual > docs/reference/commands.md"


@pytest.mark.parametrize("name", sorted(GROUP.commands))
def test_every_command_shows_an_example(name):
    command = GROUP.commands[name]
    inner = getattr(command, "commands", {}).values()

    assert (
        "Example: trialwright" in command.help
        or "| trialwright" in command.help
        or all("Example:" in c.help for c in inner)
    )


@pytest.mark.parametrize("name", sorted(GROUP.commands))
def test_every_option_is_explained(name):
    silent = [p.name for p in GROUP.commands[name].params if not getattr(p, "help", None) and p.name != "help"]

    assert silent == []

"""The page of all commands, made from the commands: `python -m trialwright.cli.manual > docs/reference/commands.md`."""

import inspect
import sys

import typer
import typer.main
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption


def manual(app: typer.Typer) -> str:
    """Markdown: one heading a command, its sentence, its example, its arguments and options."""
    parts = ["# Commands\n\nMade from the commands themselves; `trialwright COMMAND --help` prints the same.\n"]
    for name, command in typer.main.get_group(app).commands.items():
        parts.append(_section(name, command))
    return "\n".join(parts)


def _section(name: str, command: object) -> str:
    if isinstance(command, TyperGroup):
        told = inspect.cleandoc(command.help or "").split(" Example:")[0]
        inner = "\n".join(_section(f"{name} {under}", each) for under, each in command.commands.items())
        return f"## trialwright {name}\n\n{told}\n\n{inner}".replace(
            f"## trialwright {name} ", f"### trialwright {name} "
        )
    if not isinstance(command, TyperCommand):
        raise TypeError(f"{name} is neither a command nor a group of commands")
    told = inspect.cleandoc(command.help or "").replace("\n\nExample: ", "\n\n    ")
    lines = [_parameter(each) for each in command.params if each.name != "help"]
    return "\n".join([f"## trialwright {name}\n", told, "", *lines, ""])


def _parameter(parameter: object) -> str:
    if isinstance(parameter, TyperArgument):
        return f"- `{parameter.metavar or (parameter.name or '').upper()}` {parameter.help or ''}".rstrip()
    if isinstance(parameter, TyperOption):
        names = "`, `".join([*parameter.opts, *parameter.secondary_opts])
        return f"- `{names}` {parameter.help or ''}".rstrip()
    raise TypeError("a parameter is an argument or an option")


if __name__ == "__main__":
    from trialwright.cli.main import app

    sys.stdout.write(manual(app))

"""The page of all commands, made from the commands: `python -m trialwright.cli.manual > docs/reference/commands.md`."""

import inspect
import sys

import click
import typer.main


def manual() -> str:
    """Markdown: one heading a command, its sentence, its example, its arguments and options."""
    from trialwright.cli.main import app

    group = typer.main.get_command(app)
    if not isinstance(group, click.Group):
        raise TypeError("the app is a group of commands")
    parts = ["# Commands\n\nMade from the commands themselves; `trialwright COMMAND --help` prints the same.\n"]
    context = click.Context(group, info_name="trialwright")
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            parts.append(_section(name, command))
    return "\n".join(parts)


def _section(name: str, command: click.Command) -> str:
    told = inspect.cleandoc(command.help or "").replace("\n\nExample: ", "\n\n    ")
    lines = [f"## trialwright {name}\n", told, ""]
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            lines.append(f"- `{name} {inner}`: {inspect.cleandoc(found.help or '').splitlines()[0] if found else ''}")
    for parameter in command.params:
        if parameter.name != "help":
            lines.append(_parameter(parameter))
    return "\n".join([*lines, ""])


def _parameter(parameter: click.Parameter) -> str:
    told = getattr(parameter, "help", None) or ""
    if isinstance(parameter, click.Argument):
        return f"- `{(parameter.name or '').upper()}` {told}".rstrip()
    return f"- `{'`, `'.join(parameter.opts + parameter.secondary_opts)}` {told}".rstrip()


if __name__ == "__main__":
    sys.stdout.write(manual())

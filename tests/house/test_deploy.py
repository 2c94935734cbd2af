"""What the container file copies is enough to build the wheel; nobody builds it here, so it is held to pyproject."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_container_file_copies_everything_the_wheel_is_made_of():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        *wheel["packages"],
        *wheel["force-include"],
        settings["project"]["readme"],
        "pyproject.toml",
        "LICENSE",
        "NOTICE",
    }
    copied: set[str] = set()
    for line in re.findall(r"^COPY (.+)$", (ROOT / "deploy" / "Containerfile").read_text("utf-8"), re.MULTILINE):
        copied |= {name.removeprefix("./") for name in line.split()}

    assert [name for name in needed if not any(name == each or name.startswith(f"{each}/") for each in copied)] == []

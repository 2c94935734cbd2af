"""Frozen builds: `versions/<number>/` holds the files of one build and `build.yaml`, which says why and when."""

import re
import shutil
from pathlib import Path
from typing import Literal

import msgspec
from ruamel.yaml import YAML

from trialwright.define import problems as say
from trialwright.define.blocks import Block
from trialwright.define.documents import Document, content_hash, document_names, read_document, read_documents
from trialwright.define.scalars import DateText, Whole, Words
from trialwright.define.validate import check_shape
from trialwright.model.problem import Problem

Status = Literal["registered", "proposal", "draft"]


class BuildFile(Block):
    """versions/<n>/build.yaml."""

    build: Whole
    status: Status
    frozen_on: DateText
    reason: Words
    hash: Words


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """One frozen build. `reason` is the amendment text; `frozen_on` an ISO date."""

    build: int
    status: Status
    frozen_on: str
    reason: str
    hash: str


def read_builds(folder: Path) -> tuple[list[Build], list[Problem]]:
    """The frozen builds of a study folder, oldest first. Their content is checked when it is read."""
    found: list[Build] = []
    problems: list[Problem] = []
    for path in sorted((folder / "versions").glob("*/build.yaml"), key=lambda each: _number(each.parent.name)):
        name = f"versions/{path.parent.name}/build.yaml"
        document, wrong = read_document(path, name)
        problems += wrong
        typed, wrong = check_shape(document, BuildFile) if document is not None else (None, [])
        problems += wrong
        if typed is None:
            continue
        if str(typed.build) != path.parent.name:
            expected = f"The folder is called as the build, {typed.build}"
            problems.append(say.bad_scalar(name, f"build {typed.build} in folder {path.parent.name}", expected))
        found.append(Build(**typed.model_dump()))
    return found, problems


def check_build(folder: Path, build: Build) -> list[Problem]:
    """Whether the files of a frozen build are still those that were frozen."""
    documents, _ = read_documents(folder / "versions" / str(build.build))
    found = content_hash(documents)
    if found == build.hash:
        return []
    return [say.altered_build(f"versions/{build.build}", build.hash, found)]


def newest_like(builds: list[Build], digest: str) -> Build | None:
    """The newest build whose content has this hash."""
    return next((build for build in reversed(builds) if build.hash == digest), None)


def write_build(folder: Path, documents: dict[str, Document], build: Build) -> None:
    """Copy the working files into `versions/<n>/` byte for byte and say beside them what they are."""
    target = folder / "versions" / str(build.build)
    making = folder / "versions" / f".{build.build}.new"
    shutil.rmtree(making, ignore_errors=True)
    for name in document_names(folder):
        if name in documents:
            (making / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, making / name)
    yaml = YAML()
    yaml.width = 108
    with (making / "build.yaml").open("w", encoding="utf-8") as file:
        file.write("# A frozen build is never edited: change the working files and freeze the next one.\n")
        yaml.dump(msgspec.to_builtins(build), file)
    making.rename(target)  # whole or not at all


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"\d+", text) else 0

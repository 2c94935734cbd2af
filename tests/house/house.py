"""Where the house stands, for the tests that walk through it."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "trialwright"
PACKAGES = sorted(p.name for p in SOURCE.iterdir() if p.is_dir() and any(p.rglob("*.py")))

SIZE_EXCEPTIONS: dict[str, str] = {
    # "path or path::function": "reason"; at most five in all
}


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def tracked_texts() -> list[Path]:
    """Every text file of the repository that a person or a machine reads, build products left out."""
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    skip = {".git", *(line.rstrip("/") for line in ignored if "*" not in line)}
    suffixes = {".py", ".md", ".yaml", ".yml", ".toml", ".lock", ".json", ".txt", ".css", ".html", ".in", ".csv", ""}
    return sorted(
        p
        for p in ROOT.rglob("*")
        if p.is_file() and p.suffix in suffixes and not skip.intersection(p.relative_to(ROOT).parts)
    )

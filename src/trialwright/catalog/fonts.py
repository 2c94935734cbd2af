"""The bundled font for Chinese: documents are set with it and never with a font of the machine."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def chinese_font_folder() -> Path:
    """
    The folder that holds Noto Sans CJK.

    Raises:  FileNotFoundError where its package is not installed.
    """
    package = find_spec("cvttf_NotoSansCJK_Regular")
    if package is None or package.origin is None:
        raise FileNotFoundError("the package cvttf-notosanscjk-regular is needed to set Chinese")
    return Path(package.origin).parent

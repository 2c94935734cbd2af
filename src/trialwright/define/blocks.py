"""What every part of a definition's files is made of: a closed block, words in two languages, an origin."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from trialwright.define.scalars import Words


class Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TextBlock(Block):
    en: Words
    zh: Words


class WordingBlock(Block):
    """Words whose Chinese may still be owed; until they stand the English ones are shown, and check says so."""

    en: Words
    zh: str = ""


class WithOrigin(Block):
    """One of three ways to say where an element comes from; two at once, or none, is a Problem."""

    origin: Literal["registered", "mirror", "protocol"] | None = None
    assumed: Words | None = None
    proposed: Words | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "WithOrigin":
        given = [key for key in ("origin", "assumed", "proposed") if getattr(self, key) is not None]
        if len(given) > 1 or (not given and not self._inherits_origin()):
            raise PydanticCustomError("origin", "{found}", {"found": " and ".join(given) if given else "no origin"})
        return self

    def _inherits_origin(self) -> bool:
        return False

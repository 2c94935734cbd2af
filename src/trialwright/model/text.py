"""Words in the study's languages."""

import msgspec

LANGUAGES = ("en", "zh")


class Text(msgspec.Struct, frozen=True):
    """The same words in English and in Simplified Chinese. `zh` falls back on `en` only where a term is a name."""

    en: str
    zh: str = ""

    def of(self, language: str) -> str:
        """The words in `language` ("en" or "zh", a longer tag such as "zh-hans" counts as its first part)."""
        return (self.zh or self.en) if language.startswith("zh") else self.en

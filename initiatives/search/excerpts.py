"""What is shown of a text that was found: the words that were asked for are marked in it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

# Of the private use area, where no text has a character; what has one nevertheless loses it.
_BEGIN, _END = "\ue000", "\ue001"
_MARKED = re.compile(f"{_BEGIN}(.*?){_END}", re.DOTALL)
_WHOLE = f"HighlightAll=true, StartSel={_BEGIN}, StopSel={_END}"
_PARTS = (
    f"MaxFragments=2, MaxWords=24, MinWords=10, ShortWord=2, FragmentDelimiter=' … ', StartSel={_BEGIN}, StopSel={_END}"
)
_SQL = """select ts_headline(('public.search_' || t.language)::regconfig, t.text, %s::tsquery, t.options)
    from unnest(%s::text[], %s::text[], %s::text[]) with ordinality as t(language, text, options, place)
    order by t.place"""


@dataclass(frozen=True)
class Excerpt:
    """A text, or what is around the words in it; empty where there is none."""

    language: str
    text: str

    @property
    def found(self) -> bool:
        """Whether one of the words stands in it."""
        return _BEGIN in self.text

    @property
    def plain(self) -> str:
        """Without marks."""
        return self.text.replace(_BEGIN, "").replace(_END, "")

    @property
    def marked(self) -> SafeString:
        """As HTML."""
        shown, end = [], 0
        for match in _MARKED.finditer(self.text):
            shown += [conditional_escape(self.text[end : match.start()]), format_html("<mark>{}</mark>", match[1])]
            end = match.end()
        shown.append(conditional_escape(self.text[end:]))
        return mark_safe("".join(shown))  # noqa: S308 - every part is escaped


def excerpts(words: str, texts: Sequence[tuple[str, str, bool]]) -> list[Excerpt]:
    """Of each text, given with its language and whether it is wanted whole: a title is, of a longer one the parts where
    the words stand. One query for all."""
    wanted = [(language, _clean(text), _WHOLE if whole else _PARTS) for language, text, whole in texts]
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [words, *([row[part] for row in wanted] for part in range(3))])
        return [
            Excerpt(language, text)
            for (language, _text, _options), (text,) in zip(wanted, cursor.fetchall(), strict=True)
        ]


def joined(texts: Iterable[str]) -> str:
    """Texts of one row, as one."""
    return " … ".join(text for text in texts if text)


def _clean(text: str) -> str:
    return text.replace(_BEGIN, "").replace(_END, "")

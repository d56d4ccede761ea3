"""Which columns hold the language, the label and the text: by their usual names and values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from helpers.diagnosis.sources import Source
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import check_choice

# In each row of names, the first that a table has is taken; two of one row are a question.
_NAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    "language": (
        ("language", "lang"),
        ("languagecode", "langcode", "languageid", "langid", "locale", "lid", "iso6391", "idioma"),
    ),
    "label": (
        ("label", "labels"),
        ("class", "category", "target", "sentiment", "stars", "rating", "intent", "goldlabel"),
    ),
    "text": (
        ("text",),
        ("sentence", "review", "reviewbody", "premise", "sentence1", "question1", "utterance"),
        ("tweet", "content", "document", "body", "comment", "message", "utt", "title"),
    ),
    "pair": (("textpair", "hypothesis", "sentence2", "question2"),),
}
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb "
    "lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om "
    "or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw "
    "ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
)
_ISO_639_1 = frozenset(_CODES.split())
_LOOKED_AT = 1000  # rows


@dataclass(frozen=True)
class Columns:
    """The column of each part; None where there is none."""

    language: str
    label: str
    text: str | None = None
    pair: str | None = None
    group: str | None = None

    @property
    def names(self) -> list[str]:
        """Return the columns to read, each once."""
        listed = (self.language, self.label, self.text, self.pair, self.group)
        return list(dict.fromkeys(name for name in listed if name is not None))


def recognise(
    source: Source,
    *,
    language: str | None = None,
    label: str | None = None,
    text: str | None = None,
    pair: str | None = None,
    group: str | None = None,
) -> Columns:
    """Return the columns of a source: those that are named, else those recognised.

    Parameters
    ----------
    source : Source
        The rows.
    language, label, text, pair, group : str, optional
        A column's name. A group is never guessed.

    Raises
    ------
    CompanionError
        If a named column is missing, or the language's or label's is not clear.
    """
    given = {"language": language, "label": label, "text": text, "pair": pair, "group": group}
    for part, name in given.items():
        if name is not None:
            check_choice(f"column of {source.name} for --{part}", name, source.schema.names)
    free = [name for name in source.schema.names if name not in given.values()]
    found = dict(given)
    for part in ("language", "label", "text", "pair"):
        if found[part] is None:
            found[part] = _by_name(source, part, free)
    if found["language"] is None:
        found["language"] = _by_value(source, [name for name in free if name != found["label"]])
    if found["text"] is None:
        found["pair"] = given["pair"]
    for part in ("language", "label"):
        if found[part] is None:
            raise CompanionError(
                f"{source.name}: which column holds the {part}? Name one of "
                f"{', '.join(source.schema.names)} with --{part}"
            )
    columns = Columns(**found)  # type: ignore[arg-type]  # language and label are there
    if columns.language == columns.label:
        raise CompanionError(f"column {columns.label!r} is named as the language and as the label")
    for name in columns.names:
        kind = source.schema.field(name).type
        if pa.types.is_null(kind):
            raise CompanionError(f"{source.name}: column {name!r} mixes types, or is empty")
        if pa.types.is_nested(kind):
            raise CompanionError(
                f"{source.name}: column {name!r} holds {kind}, and one value a row is needed"
            )
    return columns


def _by_name(source: Source, part: str, free: Sequence[str]) -> str | None:
    plain = {name: re.sub(r"[^a-z0-9]", "", name.lower()) for name in free}
    for tier in _NAMES[part]:
        found = [name for name in free if plain[name] in tier]
        if len(found) > 1:
            raise CompanionError(
                f"{source.name}: which of the columns {', '.join(found)} holds the {part}? "
                f"Name it with --{part}"
            )
        if found:
            return found[0]
    return None


def _by_value(source: Source, free: Sequence[str]) -> str | None:
    """Return the one column whose values are all language codes, such as ``fr`` or ``pt-BR``."""
    texts = [name for name in free if pa.types.is_string(_plain(source.schema.field(name).type))]
    first = next(iter(source.read(texts)), None) if texts else None
    if first is None:
        return None
    found = []
    for name in texts:
        values = {str(value) for value in first.column(name).slice(0, _LOOKED_AT).to_pylist()}
        codes = {re.split(r"[-_]", value, maxsplit=1)[0].lower() for value in values}
        if len(values) > 1 and codes <= _ISO_639_1:
            found.append(name)
    if len(found) > 1:
        raise CompanionError(
            f"{source.name}: which of the columns {', '.join(found)} holds the language? "
            "Name it with --language"
        )
    return found[0] if found else None


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return a type without its dictionary, and one type for all kinds of text."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    text = pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return pa.string() if text else kind

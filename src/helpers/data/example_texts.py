"""Texts of the book's own, two a language, to look at single SHAP values (section 4.3).

A result that holds a row of a data set cannot be published with the book; these can. They say the
same in every language: one sentence with nothing to judge, and one that praises and blames. The
pairs suit both kinds of pair data: the first follows from its premise and is as positive, the
second is neither.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd

_PLAIN, _MIXED = "plain", "mixed"

SINGLE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "fr": {
            _PLAIN: "Le colis est arrivé mardi dans une boîte grise.",
            _MIXED: "La chambre était propre, mais le petit déjeuner était froid.",
        },
        "es": {
            _PLAIN: "El paquete llegó el martes en una caja gris.",
            _MIXED: "La habitación estaba limpia, pero el desayuno estaba frío.",
        },
        "ja": {
            _PLAIN: "荷物は火曜日に灰色の箱で届きました。",
            _MIXED: "部屋は清潔でしたが、朝食は冷めていました。",
        },
        "de": {
            _PLAIN: "Das Paket kam am Dienstag in einer grauen Schachtel.",
            _MIXED: "Das Zimmer war sauber, aber das Frühstück war kalt.",
        },
        "en": {
            _PLAIN: "The parcel came on Tuesday in a grey box.",
            _MIXED: "The room was clean, but breakfast was cold.",
        },
        "zh": {
            _PLAIN: "包裹星期二到了，装在一个灰色的盒子里。",
            _MIXED: "房间很干净，但是早餐是凉的。",
        },
    }
)

PAIRS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "fr": {
            "same": (
                "La chambre donne sur un jardin.",
                "On voit un jardin depuis la chambre.",
            ),
            "other": ("La chambre était très propre.", "Le petit déjeuner était froid."),
        },
        "en": {
            "same": ("The room looks out on a garden.", "One can see a garden from the room."),
            "other": ("The room was very clean.", "Breakfast was cold."),
        },
    }
)


def example_texts(languages: Iterable[str], *, is_pair: bool) -> pd.DataFrame:
    """Return the example texts of some languages.

    Parameters
    ----------
    languages : iterable of str
        Languages without an example are left out.
    is_pair : bool
        Pairs of texts instead of single ones.

    Returns
    -------
    DataFrame
        ``id, language, text, text_pair`` (empty for single texts), two rows a language.

    Examples
    --------
    >>> example_texts(["en", "de"], is_pair=False)["id"].tolist()
    ['en-plain', 'en-mixed', 'de-plain', 'de-mixed']
    """
    known: Mapping[str, Mapping[str, tuple[str, str]]] = PAIRS
    if not is_pair:
        known = {code: {k: (text, "") for k, text in of.items()} for code, of in SINGLE.items()}
    records = [
        (f"{language}-{name}", language, *texts)
        for language in languages
        for name, texts in known.get(language, {}).items()
    ]
    return pd.DataFrame(records, columns=["id", "language", "text", "text_pair"])

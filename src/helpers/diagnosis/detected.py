"""The language column against a detector's opinion, where the optional package ``eld`` is there."""

from dataclasses import dataclass

import pandas as pd

from helpers.diagnosis.findings import Finding

_SHORTEST = 30  # characters: shorter texts are anyone's guess
_FEWEST_TEXTS = 20
_DISAGREEING = 0.2


@dataclass(frozen=True)
class Detected:
    """How often the detector reads another language than the column says.

    Parameters
    ----------
    texts : int
        Sampled texts of at least 30 characters whose language is a code that it knows.
    disagreeing : dict of str to float
        Share of texts by language, where there are at least 20.
    """

    texts: int
    disagreeing: dict[str, float]


def detect(examples: pd.DataFrame | None) -> Detected | None:
    """Read the sampled texts, or return None where the detector is not installed.

    Parameters
    ----------
    examples : DataFrame or None
        Columns ``text, language``.
    """
    if examples is None:
        return None
    try:
        from eld import LanguageDetector
        from eld.languageData import languageData
    except ModuleNotFoundError:
        return None
    detector = LanguageDetector()
    known = {str(code) for code in languageData.lang_codes.values()}
    named = examples["language"].astype(str).str.strip().str.lower()
    codes = named.str.split(r"[-_]", n=1, regex=True).str[0]  # pt-br is pt; a name is no code
    texts = examples["text"].astype(str)
    fit = codes.isin(known) & (texts.str.len() >= _SHORTEST)
    read = texts[fit].map(lambda text: detector.detect(text).language)
    differs = (read != codes[fit]).groupby(codes[fit])
    enough = differs.size() >= _FEWEST_TEXTS
    return Detected(
        texts=int(fit.sum()),
        disagreeing={str(code): float(share) for code, share in differs.mean()[enough].items()},
    )


def findings(detected: Detected | None) -> list[Finding]:
    """Return a note where the detector disagrees in a fifth of a language's texts or more."""
    if detected is None:
        return []
    return [
        Finding(
            "language column",
            "note",
            f"A language detector (eld) reads another language in {share:.0%} of the sampled "
            f"texts marked {code}",
        )
        for code, share in detected.disagreeing.items()
        if share >= _DISAGREEING
    ]

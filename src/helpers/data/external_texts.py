"""Texts for language identification that the models were never fine-tuned on (section 2.2).

Wikipedia is streamed, in an order shuffled with a seed, so no dump is ever fetched whole. What was
drawn from the hub is kept in the cache: every experiment has the same texts, and asks once.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from helpers.data.asset_table import ASSETS
from helpers.data.cached_files import cache_errors, is_recorded, write_recorded
from helpers.data.hub_errors import reason
from helpers.data.offline_assets import ensure_asset
from helpers.data.tables import clean
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import check_choice
from helpers.foundation.paths import cache_dir
from helpers.foundation.profiles import External, hub_settings
from helpers.foundation.store import fingerprint

EXTERNAL: tuple[str, ...] = get_args(External)
SHUFFLE_BUFFER = 10_000  # articles: the sample is drawn from a stream, never from a whole dump
VERSION = 1  # raise it when the texts that are drawn change


def load_external_texts(
    languages: Sequence[str],
    *,
    per_language: int = 1000,
    source: str = "eld",
    sources: Mapping[str, Path] | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Draw texts of some languages from a source outside the data set.

    Parameters
    ----------
    languages : sequence of str
        Codes, as in the data set.
    per_language : int
        Texts for each language.
    source : {"eld", "wikipedia"}
        ``eld``: sentences, offline. ``wikipedia``: articles, from the hub, or from the folder that
        ``sources`` gives for it (``20231101.fr/*.parquet`` with ``text``).
    sources : mapping of str to Path, optional
        ``{"wikipedia": folder}``.
    seed : int
        Seed of the draw.

    Returns
    -------
    DataFrame
        Columns ``id, group, language, text``; equal texts share a group.

    Raises
    ------
    CompanionError
        If the source is unknown, has too few texts of a language, or cannot be reached.
    """
    check_choice("external source", source, EXTERNAL)
    parts = []
    sentences = _eld_sentences() if source == "eld" else None
    for language in languages:
        if sentences is not None:
            random = np.random.default_rng(seed)
            found = sentences[sentences["language"] == language]
            chosen = found.iloc[random.permutation(len(found))[:per_language]].copy()
        else:
            articles = _wikipedia_articles(language, per_language, sources or {}, seed)
            chosen = pd.DataFrame({"text": articles})
            chosen["id"] = [f"wikipedia-{language}-{n}" for n in range(len(chosen))]
            chosen["language"] = language
        if len(chosen) < per_language:
            raise CompanionError(
                f"{source} has {len(chosen)} texts of language '{language}', fewer than the "
                f"{per_language} that are asked for"
            )
        parts.append(chosen)
    rows = pd.concat(parts, ignore_index=True)
    rows["group"] = rows.groupby("text")["id"].transform("first")
    return rows[["id", "group", "language", "text"]]


def lacking_languages(languages: Sequence[str], *, per_language: int) -> tuple[str, ...]:
    """Return the languages of which ``eld`` has fewer sentences than are asked for."""
    sentences = _eld_sentences()["language"].value_counts()
    return tuple(each for each in languages if sentences.get(each, 0) < per_language)


def external_fingerprint(source: str, *, sources: Mapping[str, Path] | None = None) -> str:
    """Return a checksum of an external source, without reading its texts.

    Parameters
    ----------
    source : {"eld", "wikipedia"}
        As `load_external_texts`.
    sources : mapping of str to Path, optional
        As `load_external_texts`. Dumps are large, so a folder counts by the names and sizes of its
        files.

    Raises
    ------
    CompanionError
        If the source is unknown or its folder is not there.
    """
    check_choice("external source", source, EXTERNAL)
    folder = _wikipedia_folder(sources or {})
    if source == "eld":
        data: object = [member.sha256 for member in ASSETS["language_identification"].members]
    elif folder is None:
        hub = hub_settings().wikipedia
        data = [hub.repository, hub.revision, hub.config]
    else:
        data = [
            [path.relative_to(folder).as_posix(), path.stat().st_size]
            for path in sorted(folder.glob("*/*.parquet"))
        ]
    return fingerprint(source=source, version=VERSION, data=data)


def _eld_sentences() -> pd.DataFrame:
    """Return all sentences with their language, numbered within the file."""
    path = ensure_asset("language_identification") / "big-test.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    table = pd.DataFrame(
        [line.split("\t", 1) for line in lines if "\t" in line], columns=["language", "text"]
    )
    table["id"] = "eld-" + table["language"] + "-" + table.index.astype(str)
    table["text"] = clean(table["text"])
    return table[table["text"] != ""]


def _wikipedia_folder(sources: Mapping[str, Path]) -> Path | None:
    if "wikipedia" not in sources:
        return None
    folder = Path(sources["wikipedia"]).expanduser()
    if not folder.is_dir():
        raise CompanionError(f"the source of wikipedia, {folder}, is not a folder")
    return folder


def _wikipedia_articles(
    language: str, count: int, sources: Mapping[str, Path], seed: int
) -> list[str]:
    """Return the first articles of a shuffled stream; those of the hub from the cache."""
    hub = hub_settings().wikipedia
    config = hub.config.format(language=language)
    folder = _wikipedia_folder(sources)
    if folder is not None:
        return _draw(folder, config, language, count, seed)
    drawn_as = fingerprint(
        repository=hub.repository,
        revision=hub.revision,
        config=config,
        count=count,
        seed=seed,
        buffer=SHUFFLE_BUFFER,
        version=VERSION,
    )
    kept = cache_dir() / "hub" / hub.repository.replace("/", "--") / f"{config}-{count}-{seed}"
    kept = kept.with_name(f"{kept.name}.parquet")
    if not is_recorded(kept, made_from=drawn_as):
        articles = pd.DataFrame({"text": _draw(None, config, language, count, seed)})
        content = articles.to_parquet(None, index=False, compression="zstd")
        with cache_errors(cache_dir()):
            kept.parent.mkdir(parents=True, exist_ok=True)
            write_recorded(kept, bytes(content), made_from=drawn_as)
    return list(pd.read_parquet(kept)["text"])


def _draw(folder: Path | None, config: str, language: str, count: int, seed: int) -> list[str]:
    """Stream articles from the hub, or a folder, until there are enough."""
    from datasets import load_dataset
    from pyarrow.dataset import ParquetFragmentScanOptions

    hub = hub_settings().wikipedia
    texts: list[str] = []
    # Read a row group at a time, not tens of megabytes ahead in each of the files.
    frugal = ParquetFragmentScanOptions(pre_buffer=False)
    try:
        if folder is None:
            stream = load_dataset(
                hub.repository,
                config,
                revision=hub.revision,
                split="train",
                streaming=True,
                fragment_scan_options=frugal,
            )
        else:
            files = sorted(str(path) for path in (folder / config).glob("*.parquet"))
            if not files:
                raise CompanionError(
                    f"{folder}: no file of language '{language}'; expected {config}/*.parquet"
                )
            stream = load_dataset("parquet", data_files=files, split="train", streaming=True)
        shuffled: Iterable[Mapping[str, str]] = stream.shuffle(
            seed=seed, buffer_size=SHUFFLE_BUFFER
        )
        with tqdm(desc=f"Wikipedia {language}", total=count, unit="article", leave=False) as bar:
            for article in shuffled:
                if "text" not in article:
                    raise CompanionError(
                        f"{folder or hub.repository}: {config} has no column 'text'; its columns "
                        f"are {', '.join(article)}"
                    )
                if text := (article["text"] or "").strip():
                    texts.append(text)
                    bar.update()
                if len(texts) == count:
                    break
    except CompanionError:
        raise
    # The hub's clients raise errors of many kinds; each means that the articles do not come.
    except Exception as error:
        raise CompanionError(
            f"Wikipedia in '{language}' could not be read from {folder or 'the hub'} "
            f"({reason(error)}): connect to the hub and try again, set HF_ENDPOINT to a "
            "mirror, name a local copy with --source wikipedia=FOLDER, or take eld as the "
            "external source"
        ) from error
    return texts

"""Labelled texts from the hub of data sets, at pinned revisions, kept in the cache.

What was loaded once is read from the cache afterwards, with or without a network.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from helpers.data.cached_files import cache_errors, is_recorded, write_recorded
from helpers.data.grouping import SPLITS
from helpers.data.hub_errors import is_gone, reason
from helpers.data.tables import Tables, require_columns
from helpers.foundation.errors import CompanionError
from helpers.foundation.hub import HubTable
from helpers.foundation.paths import cache_dir

_COMMIT = re.compile("[0-9a-f]{40}")


def load_hub_tables(
    family: str, languages: Sequence[str], candidates: Sequence[HubTable]
) -> tuple[Tables, str]:
    """Load every split of every language from the first repository that has them.

    A copy may differ in its texts, so only a repository that is gone, or has other columns, gives
    way to the next one; an answer that is late, cut short or refused for now does not.

    Parameters
    ----------
    family : str
        The family of data sets, for messages.
    languages : sequence of str
        Configurations or folders of the repository.
    candidates : sequence of HubTable
        Tried in this order, after those that lie in the cache.

    Returns
    -------
    tables : dict
        ``(split, language)`` to the table and its columns.
    source : str
        Repository and revision that they came from, and the commit where that is a branch.

    Raises
    ------
    CompanionError
        If no repository can be reached, or none has the languages, splits and columns.
    """
    for table in candidates:
        if (found := _cached(table, languages)) is not None:
            return found
    reasons = []
    for table in candidates:
        try:
            resolved, contents = _fetch(table, languages)
        # The hub's clients raise errors of many kinds.
        except Exception as error:
            reasons.append(f"{table.repository}: {reason(error)}")
            if is_gone(error):
                continue
            break
        with cache_errors(cache_dir()):
            _keep(table, languages, resolved, contents)
        found = _cached(table, languages)
        assert found is not None
        return found
    raise CompanionError(
        f"{family} could not be loaded from the hub ({'; '.join(reasons)}): connect to it and try "
        f"again, set HF_ENDPOINT to a mirror, name a local copy with --source {family}=FOLDER, or "
        f"name another copy on the hub in helpers/data/datasets/{family}.py"
    )


def _paths(table: HubTable, languages: Sequence[str]) -> tuple[Path, dict[tuple[str, str], Path]]:
    """Return where the cache keeps the commit and each split of each language."""
    folder = cache_dir() / "hub" / table.repository.replace("/", "--")
    keys = [(split, language) for split in SPLITS for language in languages]
    return folder / "commit", {key: folder / f"{key[1]}-{key[0]}.parquet" for key in keys}


def _cached(table: HubTable, languages: Sequence[str]) -> tuple[Tables, str] | None:
    """Return the tables of a repository that lie in the cache, whole, and their source."""
    commit, files = _paths(table, languages)
    if not is_recorded(commit, made_from=table.revision):
        return None
    # A branch may have moved since: all languages are of the commit that was fetched last.
    resolved = commit.read_text(encoding="ascii")
    if not all(is_recorded(path, made_from=resolved) for path in files.values()):
        return None
    columns = list(table.columns.names)
    tables = {key: (pd.read_parquet(path)[columns], table.columns) for key, path in files.items()}
    return tables, str(table) + (f", commit {resolved}" if resolved != table.revision else "")


def _fetch(table: HubTable, languages: Sequence[str]) -> tuple[str, dict[tuple[str, str], bytes]]:
    """Load a repository's languages with ``datasets``; return the commit and files of columns."""
    from datasets import load_dataset

    resolved = _resolve(table)
    contents = {}
    for language in languages:
        names = {"name": table.config, "data_dir": table.data_dir}
        splits = load_dataset(
            table.repository,
            **{key: name and name.format(language=language) for key, name in names.items()},
            revision=resolved,
        )
        for split in SPLITS:
            if split not in splits:
                raise CompanionError(f"language '{language}' has no split '{split}'")
            require_columns(f"{language}/{split}", table.columns.names, splits[split].column_names)
            frame = splits[split].select_columns(list(table.columns.names)).to_pandas()
            content = frame.to_parquet(None, index=False, compression="zstd")
            contents[split, language] = bytes(content)
    return resolved, contents


def _keep(
    table: HubTable,
    languages: Sequence[str],
    resolved: str,
    contents: Mapping[tuple[str, str], bytes],
) -> None:
    """Write what was fetched into the cache, the commit last."""
    commit, files = _paths(table, languages)
    commit.parent.mkdir(parents=True, exist_ok=True)
    for key, path in files.items():
        write_recorded(path, contents[key], made_from=resolved)
    write_recorded(commit, resolved.encode("ascii"), made_from=table.revision)


def _resolve(table: HubTable) -> str:
    """Return the commit behind a revision, so that all languages come from one."""
    import huggingface_hub

    if _COMMIT.fullmatch(table.revision) or huggingface_hub.is_offline_mode():
        return table.revision
    api = huggingface_hub.HfApi()
    return str(api.dataset_info(table.repository, revision=table.revision).sha)

"""SHAP values that are already there: a folder that a killed run picks up from."""

import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.foundation import store
from helpers.foundation.errors import CompanionError

_SECONDS_BETWEEN_PARTS = 10.0


@dataclass(frozen=True, eq=False)
class FinishedText:
    """The credit of every node of a text's tree, ``(2 * tokens - 1, classes)``, and its base."""

    hierarchical: NDArray[np.float64]
    base: NDArray[np.float64]


class FinishedTexts:
    """Finished texts, in memory and, where a folder is given, on disk as they come.

    What depends on other things lies beside it in the folder, and is not read. A part holds the
    texts of some ten seconds. It appears whole or not at all, so a kill at any moment loses no more
    than that.

    Parameters
    ----------
    folder : Path or None
        None keeps everything in memory only.
    identity : mapping
        All that the values depend on.

    Raises
    ------
    CompanionError
        If a part is damaged.
    """

    def __init__(self, folder: Path | None, identity: Mapping[str, Any]) -> None:
        # Values of another model, other texts or other options have a folder of their own.
        self.folder = None if folder is None else folder / store.fingerprint(**identity)
        self.texts: dict[int, FinishedText] = {}
        self._unsaved: list[int] = []
        self._parts = 0  # the number of the next one
        self._saved_at = time.monotonic()
        if self.folder is None:
            return
        for part in sorted(self.folder.glob("part-*.npz")):
            self._read(part)
            self._parts = int(part.stem.removeprefix("part-")) + 1

    def add(self, index: int, text: FinishedText) -> None:
        """Keep a finished text; now and then write what is not on disk yet."""
        self.texts[index] = text
        self._unsaved.append(index)
        if time.monotonic() - self._saved_at > _SECONDS_BETWEEN_PARTS:
            self.save()

    def save(self) -> None:
        """Write the texts that are not on disk yet."""
        if self.folder is not None and self._unsaved:
            texts = [self.texts[i] for i in self._unsaved]
            part = self.folder / f"part-{self._parts:06d}.npz"
            self._parts += 1
            with store.atomic_path(part) as temporary, temporary.open("wb") as stream:
                np.savez(
                    stream,
                    index=np.array(self._unsaved),
                    nodes=np.array([len(t.hierarchical) for t in texts]),
                    hierarchical=np.concatenate([t.hierarchical for t in texts]),
                    base=np.stack([t.base for t in texts]),
                )
        self._unsaved.clear()
        self._saved_at = time.monotonic()

    def _read(self, part: Path) -> None:
        try:
            with np.load(part, allow_pickle=False) as arrays:
                ends = np.cumsum(arrays["nodes"])[:-1]
                nodes = np.split(arrays["hierarchical"], ends)
                for index, hierarchical, base in zip(
                    arrays["index"].tolist(), nodes, arrays["base"], strict=True
                ):
                    self.texts[index] = FinishedText(hierarchical, base)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise CompanionError(
                f"cache: {part} is damaged; delete it, the rest is used"
            ) from error

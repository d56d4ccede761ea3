"""How many attacks were tried, and how each ended.

``pytest tests/reliability --tally FILE`` writes what the tests count, for the page on reliability.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from helpers.foundation import provenance

# Attack to the number of its cases by how they ended; filled while the tests run.
ATTACKS: dict[str, dict[str, int]] = {}


class Case:
    """One attack. It ends with a right result unless the test says that it was refused."""

    ending = "right"

    def refused(self) -> None:
        """Say that it ended in a sentence, or in a result that counts as missing."""
        self.ending = "refused"


@contextmanager
def case(attack: str) -> Iterator[Case]:
    """Count one case of an attack; as wrong where the test in its body fails.

    Parameters
    ----------
    attack : str
        What is attacked and how, with ``interrupted: `` before it where results could be lost, and
        ``changed: `` where wrong ones could be accepted.
    """
    ended = ATTACKS.setdefault(attack, {"right": 0, "refused": 0, "wrong": 0})
    one = Case()
    ended["wrong"] += 1  # until its end shows otherwise
    try:
        yield one
    except KeyboardInterrupt:  # the tests were stopped, and showed nothing
        ended["wrong"] -= 1
        raise
    ended["wrong"] -= 1
    ended[one.ending] += 1


def write(path: Path, command: str) -> None:
    """Write the counts beside those of other runs, with command, day and commit.

    Attacks that this run did not try keep their counts.
    """
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    run = {
        "command": command,
        "day": datetime.now(UTC).date().isoformat(),
        "git_commit": provenance.git_commit(),
    }
    now = {attack: {**ended, **run} for attack, ended in ATTACKS.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**before, **now}, indent=1) + "\n", encoding="utf-8")

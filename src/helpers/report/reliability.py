"""What attacks on the companion came to: tables of what was tried and how it ended.

``make soak`` counts the attacks of ``tests/reliability`` in ``results/reliability/attacks.json``,
and ``tools/mutation.py`` leaves ``mutation.json`` beside it.
"""

import json
from typing import Any

import pandas as pd

from helpers.foundation import paths
from helpers.report.display import percent

# How a case went wrong, by what is attacked.
WRONG = {"interrupted": "lost", "changed": "wrongly accepted"}


def load(name: str) -> dict[str, Any]:
    """Return what a run left in ``results/reliability``; empty where there is none."""
    path = paths.results_dir() / "reliability" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def attacks(kind: str) -> pd.DataFrame:
    """Return how the cases of each attack ended, and their sum.

    Parameters
    ----------
    kind : {"interrupted", "changed"}
        Attacks by which results could be lost, or by which wrong ones could be accepted.
    """
    rows = {
        attack.partition(": ")[2]: {
            "tried": ended["right"] + ended["refused"] + ended["wrong"],
            "refused or missing": ended["refused"],
            "right result": ended["right"],
            WRONG[kind]: ended["wrong"],
        }
        for attack, ended in load("attacks").items()
        if attack.startswith(f"{kind}: ")
    }
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("attack")
    return frame if frame.empty else pd.concat([frame, frame.sum().to_frame("all").T])


def mutation() -> pd.DataFrame:
    """Return what became of the changes made to each file of the code, and their sum."""
    counts = pd.DataFrame(load("mutation").get("targets", {})).T.rename_axis("file")
    if counts.empty:
        return counts
    counts = pd.concat([counts, counts.sum().to_frame("all").T])
    noticed = counts["killed"] / (counts["killed"] + counts["survived"])
    return counts.rename(columns={"killed": "noticed", "survived": "not noticed"}).assign(
        **{"share noticed": noticed.map(percent)}
    )


def progress() -> str:
    """Return how many of the drawn changes were tried, once or again; empty where none was."""
    report = load("mutation")
    if not report:
        return ""
    tried = sum(sum(found.values()) for found in report["targets"].values())
    again = report.get("tried_again", [])
    total = pd.DataFrame(report["targets"]).sum(axis=1)
    ran = total["killed"] + total["survived"]
    first = total["killed"] - sum(each["noticed"] for each in again)
    told = (
        f" At first {percent(first / ran)} were noticed. Of the others, {each['tried']} were tried "
        f"again after tests had been added, and {each['noticed']} were noticed then: the table "
        "counts them as noticed."
        for each in again
    )
    return f"Tried so far: {tried} of {report['drawn']} changes that were drawn." + "".join(told)


def survivors() -> pd.DataFrame:
    """Return the changes of the code that no test noticed, with the reason."""
    rows = [
        {"file": each["file"], "was": each["was"], "became": each["became"], "why": each["reason"]}
        for each in load("mutation").get("survivors", [])
    ]
    return pd.DataFrame(rows).set_index("file") if rows else pd.DataFrame()


def runs() -> pd.DataFrame:
    """Return the commands that made these counts, with day and commit."""
    mutants = load("mutation")
    found = [*load("attacks").values(), mutants, *mutants.get("tried_again", [])]
    rows = [
        {"command": each["command"], "day": each["day"], "commit": each["git_commit"][:8]}
        for each in found
        if each
    ]
    return pd.DataFrame(rows).drop_duplicates().set_index("command") if rows else pd.DataFrame()

"""Whether results belong together: made from today's settings and data, and from one corpus."""

from collections.abc import Iterable

from helpers.foundation import store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.stages.fingerprints import stage_fingerprint
from helpers.stages.registry import result_stages


def outdated(listed: Iterable[Experiment]) -> dict[Experiment, list[str]]:
    """Return the finished stages whose inputs have changed since: settings, data, or version.

    Parameters
    ----------
    listed : iterable of Experiment
        Whose results to check.

    Returns
    -------
    dict
        Experiment to stages, in order. The texts of a local folder, which is not given here, count
        as those that the results were made from.
    """
    found: dict[Experiment, list[str]] = {}
    for experiment in listed:
        run = store.read_run(experiment.folder)
        if run is None:
            continue
        local = str(run["parameters"].get("data_source", "")).startswith("local folder")
        data = run["parameters"].get("data_fingerprint") if local else None
        external = run["parameters"].get("local_external_fingerprint")
        for stage in filter(run["stages"].__contains__, result_stages()):
            try:
                now = stage_fingerprint(experiment, stage, sources={}, data=data, external=external)
            except CompanionError:
                break
            if run["stages"][stage]["fingerprint"] != now:
                found.setdefault(experiment, []).append(stage)
    return found


def check_one_corpus(listed: Iterable[Experiment]) -> None:
    """Refuse results of one data set's name that were made from different texts.

    Raises
    ------
    CompanionError
        Naming two experiments whose texts differ.
    """
    seen: dict[tuple[str, str], tuple[str, Experiment]] = {}
    for experiment in listed:
        run = store.read_run(experiment.folder)
        data = run["parameters"].get("data_fingerprint") if run is not None else None
        if data is None:
            continue
        place = (experiment.profile, experiment.dataset)
        before, other = seen.setdefault(place, (data, experiment))
        if before != data:
            raise CompanionError(
                f"{experiment} and {other} were made from different texts of one name: their "
                "numbers are not compared; run again those of the older texts, or delete them"
            )

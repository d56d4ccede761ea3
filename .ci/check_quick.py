"""Assert what the quick profile must show on real texts: the paper's effect, in one seed."""

from helpers.foundation import store
from helpers.foundation.experiment import Experiment

SMALLEST_RISE = 0.1


def main() -> None:
    """Compare the imbalanced model with the balanced one on MultiEmo."""
    balanced, imbalanced = (
        Experiment("e5_small", "multiemo", setup) for setup in ("balanced", "imbalanced")
    )
    probes = {}
    for experiment in (balanced, imbalanced):
        report = store.read_json(experiment.folder, "language_identification.json")
        assert report is not None, f"no language identification in {experiment.folder}"
        probes[experiment.setup] = {
            source: found["probes"]["C=1"]["accuracy"]
            for source, found in report["sources"].items()
        }
    for source, accuracy in probes["balanced"].items():
        print(
            f"language identification, {source} texts (C = 1): "
            f"balanced {accuracy:.3f}, imbalanced {probes['imbalanced'][source]:.3f}"
        )
    rise = probes["imbalanced"]["test"] - probes["balanced"]["test"]
    assert rise >= SMALLEST_RISE, f"language identification rises by {rise:.3f} only"

    metrics = store.read_json(imbalanced.folder, "metrics.json")
    assert metrics is not None, f"no metrics in {imbalanced.folder}"
    # French, Spanish and Japanese are trained on few negative and many positive rows.
    rare, common = (
        metrics["predicted_share"]["fr, es, ja"],
        metrics["predicted_share"]["de, en, zh"],
    )
    for label, low, high in (("negative", rare, common), ("positive", common, rare)):
        print(f"predicted {label}: {low[label]:.3f} where rare, {high[label]:.3f} where common")
        assert low[label] < high[label], f"predictions of {label} do not follow the skew"


if __name__ == "__main__":
    main()

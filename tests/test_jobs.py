import pytest

from helpers import jobs, stages
from helpers.foundation.experiment import Experiment


@pytest.mark.parametrize("profile", ["quick", "embedded", "paper"])
def test_every_wanted_stage_is_in_one_job_after_what_it_needs(profile):
    listed = stages.profile_experiments(profile)
    found = jobs.jobs_of(listed)
    done: set[tuple[Experiment, str]] = set()
    names: set[str] = set()
    for job in found:
        assert set(job.needs) <= names
        for stage in job.stages:
            assert set(stages.needs(job.experiment, stage)) <= done
            assert (job.experiment, stage) not in done
            done.add((job.experiment, stage))
        names.add(job.name)
    assert {experiment for experiment, _ in done} >= set(listed)
    for experiment in listed:
        assert {(experiment, stage) for stage in stages.stages_of(experiment)} <= done


def test_a_job_s_command_names_all_that_is_not_default(tmp_path):
    one = Experiment("mbert", "xnli", "imbalanced_cw", 0, "paper", "mie=1")
    [job] = [job for job in jobs.jobs_of([one]) if job.experiment == one and not job.needs]
    arguments = job.arguments({"xnli": tmp_path})
    pairs = dict(zip(arguments[1::2], arguments[2::2], strict=True))
    assert arguments[0] == "run" and pairs == {
        "--model": "mbert",
        "--dataset": "xnli",
        "--setup": "imbalanced_cw",
        "--seed": "0",
        "--profile": "paper",
        "--variant": "mie=1",
        "--stages": ",".join(
            stage for stage in stages.stages_of(one, stages.STAGES) if stage != "shap_difference"
        ),
        "--source": f"xnli={tmp_path}",
    }

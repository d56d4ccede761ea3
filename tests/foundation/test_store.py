import json
import multiprocessing
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pandas as pd
import pytest

from helpers.foundation import store
from helpers.foundation.errors import CompanionError

FRAME = pd.DataFrame({"id": ["a", "b"], "p": [0.25, 0.75]})


def publish(folder, stage="predictions", files=None, fingerprint="f1"):
    return store.publish(
        folder,
        stage,
        {"metrics.json": {"accuracy": 0.5}, "predictions.parquet": FRAME}
        if files is None
        else files,
        record=store.StageRecord(
            fingerprint=fingerprint, version=1, files={}, seconds=1.5, peak_memory_gib=0.5
        ),
        parameters={"epochs": 1},
        environment={"git_commit": "abc", "packages": {"torch": "2"}},
    )


def test_what_is_published_is_read_back(tmp_path):
    record = publish(tmp_path)
    assert store.read_json(tmp_path, "metrics.json") == {"accuracy": 0.5}
    pd.testing.assert_frame_equal(store.read_frame(tmp_path, "predictions.parquet"), FRAME)
    assert store.read_stage(tmp_path, "predictions") == record
    run = store.read_run(tmp_path)
    assert run["parameters"] == {"epochs": 1}
    assert run["environments"][record.environment]["packages"] == {"torch": "2"}


def test_missing_results_are_none(tmp_path):
    assert store.read_json(tmp_path, "metrics.json") is None
    publish(tmp_path)
    (tmp_path / "metrics.json").unlink()
    assert store.read_json(tmp_path, "metrics.json") is None
    assert not store.is_done(tmp_path, "predictions", "f1")
    (tmp_path / "stray.json").write_text("{}")
    assert store.read_json(tmp_path, "stray.json") is None


def test_a_number_edited_by_hand_is_caught(tmp_path):
    publish(tmp_path)
    path = tmp_path / "metrics.json"
    path.write_text(path.read_text().replace("0.5", "0.9"))
    with pytest.raises(CompanionError, match=r"metrics\.json was changed"):
        store.read_json(tmp_path, "metrics.json")
    assert not store.is_done(tmp_path, "predictions", "f1")


def test_an_edited_index_is_caught(tmp_path):
    publish(tmp_path)
    run = json.loads((tmp_path / "run.json").read_text())
    run["stages"]["predictions"]["seconds"] = 0.1
    (tmp_path / "run.json").write_text(json.dumps(run))
    with pytest.raises(CompanionError, match=r"run\.json was changed"):
        store.read_json(tmp_path, "metrics.json")
    publish(tmp_path)  # a new run mends it
    assert store.read_json(tmp_path, "metrics.json") == {"accuracy": 0.5}


def test_a_stage_is_done_only_for_its_own_inputs(tmp_path):
    publish(tmp_path, fingerprint="f1")
    assert store.is_done(tmp_path, "predictions", "f1")
    assert not store.is_done(tmp_path, "predictions", "f2")
    assert not store.is_done(tmp_path, "shap_values", "f1")


def test_stages_are_added_side_by_side(tmp_path):
    publish(tmp_path)
    publish(tmp_path, stage="shap_values", files={"shap.parquet": FRAME})
    assert set(store.read_run(tmp_path)["stages"]) == {"predictions", "shap_values"}
    assert store.read_frame(tmp_path, "predictions.parquet") is not None


def test_not_a_number_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(ValueError, match="Out of range float"):
        store.write_json(tmp_path / "metrics.json", {"accuracy": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "metrics.json"
    store.write_json(path, {"accuracy": 0.5})
    with pytest.raises(CompanionError, match="No space left"), store.atomic_path(path) as temporary:
        temporary.write_text("half")
        raise OSError(28, "No space left on device")
    assert json.loads(path.read_text()) == {"accuracy": 0.5}
    assert [item.name for item in tmp_path.iterdir()] == ["metrics.json"]


def test_fingerprints_depend_on_values_alone():
    one = store.fingerprint(seed=0, sizes={"train": 1, "test": 2})
    assert one == store.fingerprint(sizes={"test": 2, "train": 1}, seed=0)
    assert one != store.fingerprint(sizes={"test": 2, "train": 1}, seed=1)


def _publish_many(folder, stage):
    for _ in range(15):
        with store.experiment_lock(folder):
            publish(folder, stage=stage, files={f"{stage}.json": {"stage": stage}})


def test_two_processes_on_one_folder_lose_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_publish_many, args=(tmp_path, f"s{k}")) for k in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert set(store.read_run(tmp_path)["stages"]) == {"s0", "s1"}
    assert store.read_json(tmp_path, "s1.json") == {"stage": "s1"}


def test_a_kill_at_any_moment_leaves_a_folder_that_verifies(tmp_path):
    code = f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from pathlib import Path
        from test_store import publish
        print("started", flush=True)
        while True:
            publish(Path({str(tmp_path)!r}))
    """
    for wait in (0.01, 0.03, 0.07):
        writer = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout.readline() == "started\n"
        time.sleep(wait)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        # Equal content has an equal checksum, so a mix of two runs' files still verifies.
        assert store.read_json(tmp_path, "metrics.json") in (None, {"accuracy": 0.5})

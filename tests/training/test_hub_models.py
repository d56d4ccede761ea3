"""Models from the hub, through the unmodified client, against a hub on loopback."""

import json
import shutil

import pytest

from hub_repositories import MBERT, XLMR, publish_mbert, publish_xlmr
from loopback_hub import COMMIT, run_against, serving

# The client reads its settings on import, so each load is a process of its own.
PROGRAM = """
import json, sys, time
wait = time.sleep  # the client waits between attempts
time.sleep = lambda seconds: wait(min(seconds, 0.05))
from helpers.foundation.errors import CompanionError
from helpers.training.encoders import load_encoder
from helpers.training.model_identity import model_source
for name in sys.argv[1:]:
    try:
        model, tokenizer = load_encoder(name, num_labels=3, first_token="pooler")
        print(json.dumps({
            "source": model_source(name),
            "first_token": model.config.first_token,
            "embedded": model.encoder.get_input_embeddings().weight.std().item(),
            "limit": tokenizer.model_max_length,
            "inputs": sorted(tokenizer("The room was clean.", "La chambre")),
            "tokens": tokenizer.convert_ids_to_tokens(tokenizer("La chambre")["input_ids"]),
        }))
    except CompanionError as error:
        print(json.dumps({"error": str(error)}))
"""


def load(*names, url, **settings):
    return run_against(url, PROGRAM, *names, **settings)


def test_both_kinds_come_from_the_hub_and_then_from_the_cache(tmp_path, tiny_bert, tiny_xlmr):
    publish_mbert(tmp_path / "root", tiny_bert)
    publish_xlmr(tmp_path / "root", tiny_xlmr)
    with serving(tmp_path / "root") as hub:
        loaded = load("mbert", "xlmr", MBERT, home=tmp_path, url=hub.url)
    mbert, xlmr, by_id = loaded
    assert mbert["first_token"] == "pooler"
    assert mbert["inputs"] == ["attention_mask", "input_ids", "token_type_ids"]
    assert mbert["tokens"][0] == "[CLS]" and mbert["tokens"][-1] == "[SEP]"
    # Its checkpoint has a pooler, but nothing trained it.
    assert xlmr["first_token"] == "hidden"
    assert xlmr["inputs"] == ["attention_mask", "input_ids"]
    assert xlmr["tokens"][0] == "<s>" and xlmr["tokens"][-1] == "</s>"
    assert mbert["limit"] == xlmr["limit"] == 512
    # The weights are those of the file (wide), not fresh ones (0.02).
    assert mbert["embedded"] == pytest.approx(0.2, rel=0.1)
    assert xlmr["embedded"] == pytest.approx(0.2, rel=0.1)
    assert by_id["source"] == f"{MBERT}@main, commit {COMMIT}"
    assert {revision for name, revision in hub.revisions if name == XLMR} == {
        xlmr["source"].partition("@")[2]
    }
    assert not any("pytorch_model" in request for request in hub.requests)
    away = load("mbert", "xlmr", MBERT, home=tmp_path, url="http://127.0.0.1:9", offline=True)
    assert away == loaded


def test_weights_that_are_pickled_are_refused(tmp_path, tiny_bert):
    publish_mbert(tmp_path / "root", tiny_bert)
    (tmp_path / "root" / "models" / MBERT / "model.safetensors").unlink()
    with serving(tmp_path / "root") as hub:
        answers = load("mbert", MBERT, home=tmp_path, url=hub.url)
    for answer in answers:
        assert "cannot be loaded" in answer["error"] and "\n" not in answer["error"]
        assert "has safetensors weights and needs no code of its own" in answer["error"]
    # Nothing is fetched instead, and nobody is asked to convert it.
    assert not hub.sent[f"{MBERT}/pytorch_model.bin"]
    assert not any("discussions" in request or "refs" in request for request in hub.requests)


def test_a_model_with_code_of_its_own_is_refused_and_the_code_not_fetched(tmp_path, tiny_bert):
    publish_mbert(tmp_path / "root", tiny_bert)
    folder = tmp_path / "root" / "models" / MBERT
    config = json.loads((folder / "config.json").read_text())
    own = {"AutoConfig": "code.OwnConfig", "AutoModel": "code.OwnModel"}
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "own", "auto_map": own}))
    (folder / "code.py").write_text("raise SystemExit('fetched code was run')")
    with serving(tmp_path / "root") as hub:
        (answer,) = load(MBERT, home=tmp_path, url=hub.url)
    assert "needs no code of its own" in answer["error"]
    assert not hub.sent[f"{MBERT}/code.py"]


def test_a_hub_in_trouble_is_one_sentence_and_nothing_cut_short_is_kept(tmp_path, tiny_xlmr):
    publish_xlmr(tmp_path / "root", tiny_xlmr)
    faults = {f"copy/{fault}": fault for fault in ("missing", "truncated", "refused", "slow")}
    for copy in faults:
        shutil.copytree(tmp_path / "root/models" / XLMR, tmp_path / "root/models" / copy)
    weights = {f"{copy}/model.safetensors": fault for copy, fault in faults.items()}
    with serving(tmp_path / "root", faults=weights) as hub:
        waits = {"HF_HUB_DOWNLOAD_TIMEOUT": "1"}
        answers = load(*faults, "owner/nothing", home=tmp_path, url=hub.url, **waits)
        for answer, name in zip(answers, [*faults, "owner/nothing"], strict=True):
            assert f"the model '{name}' cannot be loaded" in answer["error"]
            assert "\n" not in answer["error"]
        hub.faults = {}
        loaded = load(*faults, home=tmp_path, url=hub.url)
    assert [each["embedded"] for each in loaded] == pytest.approx([0.2] * 4, rel=0.1)


def test_a_model_that_was_never_fetched_is_one_sentence_without_the_hub(tmp_path):
    (answer,) = load("mbert", home=tmp_path, url="http://127.0.0.1:9", offline=True)
    assert "the model 'mbert' cannot be loaded" in answer["error"]
    assert "\n" not in answer["error"]

import json
import shutil

import pytest
import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer

from helpers.data.offline_assets import ENCODER_LAYERS, encoder_folder
from helpers.foundation.errors import CompanionError
from helpers.training.classifier import FirstTokenClassifier
from helpers.training.embeddings import restore_embeddings, trim_embeddings
from helpers.training.encoders import load_encoder
from helpers.training.model_identity import check_encoder, model_fingerprint

TEXTS = ["The room was clean and quiet.", "部屋はとても静かで清潔でした。"]


def batch(tokenizer, texts=TEXTS):
    return tokenizer(texts, padding=True, return_tensors="pt")


@torch.inference_mode()
def outputs(model, inputs):
    return model.eval()(**inputs)


def test_the_linear_layer_reads_the_first_tokens_last_hidden_state(tiny_encoder):
    model, tokenizer = load_encoder(str(tiny_encoder), num_labels=3)
    inputs = batch(tokenizer)
    expected = outputs(AutoModel.from_pretrained(tiny_encoder), inputs).last_hidden_state[:, 0]
    found = outputs(model, inputs)
    torch.testing.assert_close(found.features, expected)
    torch.testing.assert_close(
        found.logits, expected @ model.head.weight.T.detach() + model.head.bias.detach()
    )
    assert found.logits.shape == (2, 3)


def test_the_authors_variant_reads_the_pooler_where_pretraining_trained_one(tiny_bert, tiny_xlmr):
    model, tokenizer = load_encoder(str(tiny_bert), num_labels=3, first_token="pooler")
    inputs = batch(tokenizer)
    expected = outputs(AutoModel.from_pretrained(tiny_bert), inputs).pooler_output
    torch.testing.assert_close(outputs(model, inputs).features, expected)
    other, _ = load_encoder(str(tiny_xlmr), num_labels=3, first_token="pooler")
    assert other.config.first_token == "hidden"


def test_a_bert_without_pooler_falls_back_to_the_hidden_state(tiny_bert, tmp_path):
    from transformers import BertModel

    bare = BertModel.from_pretrained(tiny_bert, add_pooling_layer=False)
    bare.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(tiny_bert).save_pretrained(tmp_path)
    model, _ = load_encoder(str(tmp_path), num_labels=2, first_token="pooler")
    assert model.config.first_token == "hidden"


@pytest.mark.parametrize("first_token", ["hidden", "pooler"])
def test_a_saved_classifier_comes_back_the_same(tiny_encoder, tmp_path, first_token):
    model, tokenizer = load_encoder(
        str(tiny_encoder), num_labels=4, layers=1, dropout=0.3, first_token=first_token
    )
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    assert sorted(path.suffix for path in tmp_path.glob("model*")) == [".safetensors"]
    again, same_tokenizer = load_encoder(str(tmp_path), num_labels=4)
    found, expected = outputs(again, batch(same_tokenizer)), outputs(model, batch(tokenizer))
    assert torch.equal(found.logits, expected.logits)
    assert torch.equal(found.features, expected.features)
    assert again.config.encoder == model.config.encoder
    assert again.dropout.p == 0.3 and again.encoder.config.hidden_dropout_prob == 0.3


def test_layers_keeps_the_first(tiny_encoder):
    model, tokenizer = load_encoder(str(tiny_encoder), num_labels=2, layers=1)
    whole = AutoModel.from_pretrained(tiny_encoder)
    with torch.inference_mode():
        states = whole.eval()(**batch(tokenizer), output_hidden_states=True).hidden_states
    torch.testing.assert_close(outputs(model, batch(tokenizer)).features, states[1][:, 0])
    with pytest.raises(CompanionError, match=r"layers=3.*from 1 to 2"):
        load_encoder(str(tiny_encoder), num_labels=2, layers=3)


def test_more_layers_than_a_configuration_has_are_refused_without_loading(tiny_bert, tmp_path):
    check_encoder(str(tiny_bert), 2)
    with pytest.raises(CompanionError, match=r"layers=3: .*bert has 2; .*from 1 to 2"):
        check_encoder(str(tiny_bert), 3)
    with pytest.raises(CompanionError, match=r"layers=13: e5_small has 12"):
        check_encoder("e5_small", 13)
    check_encoder("nobody/nothing", 99)  # of which nothing is known here
    with pytest.raises(CompanionError, match=r"holds no model: it has no config\.json"):
        check_encoder(str(tmp_path), None)


@pytest.mark.real
def test_the_offline_encoder_has_the_layers_that_are_known_of_it():
    config = AutoConfig.from_pretrained(encoder_folder())
    assert config.num_hidden_layers == ENCODER_LAYERS


@pytest.mark.parametrize("part", [{"layers": 1}, {"pretrained": False}])
def test_a_fine_tuned_classifier_is_taken_whole_or_refused(tiny_bert, tmp_path, part):
    model, tokenizer = load_encoder(str(tiny_bert), num_labels=2)
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(CompanionError, match="is fine-tuned and is taken whole"):
        load_encoder(str(tmp_path), num_labels=2, **part)


def test_the_seed_draws_the_linear_layer_and_leaves_torchs_generator_alone(tiny_bert):
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    heads = [
        load_encoder(str(tiny_bert), num_labels=2, seed=seed)[0].head.weight for seed in (0, 0, 1)
    ]
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(heads[0], heads[1]) and not torch.equal(heads[0], heads[2])


def test_without_pretraining_the_seed_draws_all_weights(tiny_encoder):
    trained, _ = load_encoder(str(tiny_encoder), num_labels=2)
    first, again, other = (
        load_encoder(str(tiny_encoder), num_labels=2, pretrained=False, layers=1, seed=seed)[0]
        for seed in (3, 3, 4)
    )
    assert first.encoder.config.num_hidden_layers == 1
    for name, value in first.named_parameters():
        assert torch.equal(value, again.get_parameter(name)), name
        if value.dim() == 2:  # biases and norms start at 0 and 1 always
            assert not torch.equal(value, other.get_parameter(name)), name
            if name != "head.weight":
                assert not torch.equal(value, trained.get_parameter(name)), name


@pytest.mark.parametrize("name", ["bert", "no/such/folder", "", "owner/"])
def test_an_unknown_name_is_refused_with_the_allowed_ones(name):
    with pytest.raises(CompanionError, match="mbert, xlmr, e5_small"):
        load_encoder(name, num_labels=2)


def test_a_hub_model_out_of_reach_is_told_in_one_sentence():
    with pytest.raises(CompanionError, match="owner/name"):
        load_encoder("nobody/nothing", num_labels=2)


def test_pickled_weights_and_remote_code_are_refused(tiny_bert, tmp_path):
    pickled = shutil.copytree(tiny_bert, tmp_path / "pickled")
    torch.save(AutoModel.from_pretrained(tiny_bert).state_dict(), pickled / "pytorch_model.bin")
    (pickled / "model.safetensors").unlink()
    with pytest.raises(CompanionError, match="safetensors"):
        load_encoder(str(pickled), num_labels=2)
    remote = shutil.copytree(tiny_bert, tmp_path / "remote")
    config = json.loads((remote / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.C", "AutoModel": "own.M"}}
    (remote / "config.json").write_text(json.dumps(config))
    (remote / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(CompanionError):
        load_encoder(str(remote), num_labels=2)
    assert not (tmp_path / "ran").exists()


def test_weights_that_lack_a_tensor_are_refused(tiny_bert, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(tiny_bert, tmp_path / "lacking")
    weights = load_file(folder / "model.safetensors")
    del weights["encoder.layer.1.output.dense.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CompanionError, match=r"lack 1 tensors.*output\.dense"):
        load_encoder(str(folder), num_labels=2)


def _damage(folder, name, content):
    path = folder / name
    if content is None:
        path.unlink()
    elif isinstance(content, int):
        path.write_bytes(path.read_bytes()[:content])
    else:
        path.write_text(content)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"config.json": "null"}, "cannot be loaded"),
        ({"config.json": '{"model_type": ["bert"]}'}, "cannot be loaded"),
        ({"tokenizer.json": "{}"}, "cannot be loaded"),
        ({"tokenizer_config.json": "[]"}, "cannot be loaded"),
        ({"model.safetensors": 100}, "cannot be loaded"),
        ({"model.safetensors": -5}, "cannot be loaded"),
        ({"tokenizer.json": None, "tokenizer_config.json": None}, "has no word pieces"),
    ],
)
def test_a_damaged_folder_is_refused_in_a_sentence(tiny_bert, tmp_path, damage, words):
    folder = shutil.copytree(tiny_bert, tmp_path / "damaged")
    for name, content in damage.items():
        _damage(folder, name, content)
    with pytest.raises(CompanionError, match=words) as caught:
        load_encoder(str(folder), num_labels=2)
    assert str(folder) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("change", ["shape", "nan"])
def test_weights_of_another_shape_and_no_numbers_are_refused(tiny_bert, tmp_path, change):
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(tiny_bert, tmp_path / "changed")
    weights = load_file(folder / "model.safetensors")
    name = "encoder.layer.1.output.dense.weight"
    weights[name] = weights[name][:5].clone() if change == "shape" else weights[name] / 0 * 0
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    words = "cannot be loaded" if change == "shape" else "weights that are no numbers"
    with pytest.raises(CompanionError, match=words):
        load_encoder(str(folder), num_labels=2)


def test_a_classifier_with_other_labels_is_refused(tiny_bert, tmp_path):
    model, tokenizer = load_encoder(str(tiny_bert), num_labels=4)
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(CompanionError, match="4 labels, not 3"):
        load_encoder(str(tmp_path), num_labels=3)


def test_the_tokenizer_knows_how_many_pieces_the_encoder_takes(tiny_encoder, tmp_path):
    folder = shutil.copytree(tiny_encoder, tmp_path / "unlimited")
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    del settings["model_max_length"]
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    model, tokenizer = load_encoder(str(folder), num_labels=2)
    assert tokenizer.model_max_length == 64
    long = tokenizer("room " * 100, truncation=True, return_tensors="pt")
    assert long["input_ids"].shape == (1, 64)
    assert outputs(model, long).logits.isfinite().all()


def test_fingerprints_tell_weights_apart(tiny_bert, tiny_xlmr, tmp_path):
    copy = shutil.copytree(tiny_bert, tmp_path / "copy")
    assert model_fingerprint(str(copy)) == model_fingerprint(str(tiny_bert))
    assert model_fingerprint(str(tiny_xlmr)) != model_fingerprint(str(tiny_bert))
    for name in ("vocab.txt", "merges.txt", "sentencepiece.bpe.model", "added.json"):
        other = shutil.copytree(tiny_bert, tmp_path / name)
        (other / name).write_text("another piece")
        assert model_fingerprint(str(other)) != model_fingerprint(str(tiny_bert)), name
    assert model_fingerprint("mbert").startswith("google-bert/bert-base-multilingual-cased@")
    assert model_fingerprint("e5_small") == model_fingerprint("e5_small")


# --- the trimmed embedding table ------------------------------------------------------------


def trained_steps(model, inputs, steps=3):
    """Move every weight, embeddings included."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.0)
    model.eval()  # no dropout
    for _ in range(steps):
        model(**inputs).logits.logsumexp(-1).sum().backward()
        optimizer.step()
        optimizer.zero_grad()


def test_a_trimmed_model_computes_and_trains_as_the_full_one(tiny_encoder):
    full, tokenizer = load_encoder(str(tiny_encoder), num_labels=2)
    model, _ = load_encoder(str(tiny_encoder), num_labels=2)
    inputs = batch(tokenizer)
    before = model.get_input_embeddings().weight.detach().clone()

    trimmed = trim_embeddings(model, tokenizer, inputs["input_ids"].unique().tolist())
    assert model.get_input_embeddings().num_embeddings < full.get_input_embeddings().num_embeddings
    small = {**inputs, "input_ids": trimmed.remap(inputs["input_ids"])}
    assert torch.equal(outputs(model, small).logits, outputs(full, inputs).logits)

    trained_steps(full, inputs)
    trained_steps(model, small)
    on_small_table = outputs(model, small).logits
    restore_embeddings(model, trimmed)
    torch.testing.assert_close(outputs(model, inputs).logits, on_small_table)
    torch.testing.assert_close(on_small_table, outputs(full, inputs).logits)

    after = model.get_input_embeddings().weight
    unseen = torch.ones(len(before), dtype=torch.bool)
    unseen[trimmed.kept] = False
    assert unseen.any() and torch.equal(after[unseen], before[unseen])
    used = inputs["input_ids"].unique()
    used = used[used != tokenizer.pad_token_id]
    assert (after[used] != before[used]).any(dim=1).all()
    assert after.requires_grad


def test_special_pieces_stay_and_the_padding_keeps_its_id(tiny_encoder):
    model, tokenizer = load_encoder(str(tiny_encoder), num_labels=2)
    trimmed = trim_embeddings(model, tokenizer, [20, 30])
    assert {20, 30, *tokenizer.all_special_ids} <= set(trimmed.kept.tolist())
    assert trimmed.new_ids[tokenizer.pad_token_id] == tokenizer.pad_token_id
    assert model.get_input_embeddings().padding_idx == tokenizer.pad_token_id
    with pytest.raises(ValueError, match="piece 21"):
        trimmed.remap(torch.tensor([[20, 21]]))


def test_the_restored_model_is_saved_whole(tiny_encoder, tmp_path):
    model, tokenizer = load_encoder(str(tiny_encoder), num_labels=2)
    restore_embeddings(model, trim_embeddings(model, tokenizer, [20]))
    model.save_pretrained(tmp_path)
    again = FirstTokenClassifier.from_pretrained(tmp_path)
    assert torch.equal(again.get_input_embeddings().weight, model.get_input_embeddings().weight)

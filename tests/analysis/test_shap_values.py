"""Equal to ``shap``, whatever the encoder, the language and the budget; and hard to break."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shap
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from helpers.analysis.masked_texts import encode_texts, longest_input
from helpers.analysis.partition import partition_tree
from helpers.analysis.shap_frames import (
    explanation_frame,
    explanation_from_frame,
    stratified_sample,
)
from helpers.analysis.shap_values import explain_corpus
from helpers.foundation.errors import CompanionError
from sentences import SENTENCES

EVERY_NODE = 10**6


def corpus() -> list[str]:
    """54 texts in six languages, with brackets, apostrophes and sentence ends in odd places."""
    texts = []
    for a, b in SENTENCES.values():
        texts += [a, b, a + " " + b, f"({a}) {b}", b[: len(b) // 2], a[len(a) // 3 :] + "?"]
        texts += [a[:6], f"{b[:5]}, {a[:7]}. {b[:4]}", f"It's: {a[:12]}"]
    return texts


def load(folder):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=3)
    return model.eval(), AutoTokenizer.from_pretrained(folder)


@pytest.fixture(scope="module")
def loaded(tiny_encoder):
    return load(tiny_encoder)


class PairText(shap.maskers.Text):
    """shap's masker for two texts, joined by a tab here: no special token is masked."""

    def token_segments(self, s):
        a, b = s.split("\t")
        ids, segments, encoded = [], [], self.tokenizer(a, b, return_offsets_mapping=True)
        spans, sources = encoded["offset_mapping"], encoded.sequence_ids(0)
        for i, (token, source) in enumerate(zip(encoded["input_ids"], sources, strict=True)):
            ids.append(token)
            if source is None:
                inner = 0 < i < len(sources) - 1
                segments.append(self.tokenizer.convert_ids_to_tokens(token) if inner else "")
            else:
                follows = spans[i + 1][0] if sources[i + 1] == source else 0
                segments.append((a, b)[source][spans[i][0] : max(spans[i][1], follows)])
        return segments, ids

    def __call__(self, mask, s):
        self._update_s_cache(s)
        ids = self._tokenized_s
        keep = mask | np.isin(ids, self.tokenizer.all_special_ids[:]) & (
            ids != self.tokenizer.unk_token_id
        )
        return (np.where(keep, ids, self.mask_token_id)[None],)

    def invariants(self, s):
        self._update_s_cache(s)
        return np.zeros((1, len(self._tokenized_s)), dtype=bool)


def reference(model, tokenizer, texts, text_pairs=None, **options):
    """What shap itself gives, one text after the other."""
    takes_types = "token_type_ids" in tokenizer.model_input_names

    def probabilities(ids):
        ids = torch.from_numpy(np.array(ids))
        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        if takes_types:  # 1 after the first separator
            separators = ids == tokenizer.sep_token_id
            inputs["token_type_ids"] = (separators.cumsum(1) - separators.long() > 0).long()
        with torch.no_grad():
            return model(**inputs).logits.softmax(-1).numpy()

    if text_pairs is None:
        masker = shap.maskers.Text(tokenizer, output_type="token_ids")
    else:
        masker = PairText(tokenizer, output_type="token_ids")
        texts = [f"{a}\t{b}" for a, b in zip(texts, text_pairs, strict=True)]
    np.random.seed(0)
    return shap.explainers.Partition(probabilities, masker)(texts, silent=True, **options)


def explain(model, tokenizer, *texts, **options):
    return explain_corpus(model, tokenizer, *texts, progress=False, **options)


def distances(explanation, expected):
    pairs = zip(explanation.values, expected.values, strict=True)
    return np.array([np.abs(ours - np.asarray(theirs)).max() for ours, theirs in pairs])


def short(tokenizer, texts, pairs=None, most=20):
    """Positions of the texts that shap can explore in full in a moment."""
    lengths = [len(e) for e in encode_texts(tokenizer, texts, pairs)]
    return [i for i, n in enumerate(lengths) if n <= most]


# --- the same values as shap ----------------------------------------------------------------


def test_equal_to_shap_where_the_budget_explores_every_node(loaded):
    texts = corpus()
    few = [texts[i] for i in short(loaded[1], texts)] + [t[:14] for t in texts]
    assert len(few) >= 50
    ours = explain(*loaded, few, max_evals=EVERY_NODE)
    theirs = reference(*loaded, few, max_evals=EVERY_NODE, batch_size=512)
    assert distances(ours, theirs).max() < 1e-5
    np.testing.assert_allclose(ours.base_values, theirs.base_values, atol=1e-6)
    assert [list(d) for d in ours.data] == [list(d) for d in theirs.data]
    assert ours.feature_names == theirs.feature_names


def test_pairs_equal_shap_where_the_budget_explores_every_node(loaded):
    texts = [t[:9] for t in corpus()]
    pairs = [t[-7:] for t in reversed(corpus())]
    keep = short(loaded[1], texts, pairs, most=22)
    texts, pairs = [texts[i] for i in keep], [pairs[i] for i in keep]
    assert len(texts) >= 50
    ours = explain(*loaded, texts, pairs, max_evals=EVERY_NODE)
    theirs = reference(*loaded, texts, pairs, max_evals=EVERY_NODE, batch_size=512)
    assert distances(ours, theirs).max() < 1e-5
    np.testing.assert_allclose(ours.base_values, theirs.base_values, atol=1e-6)


@pytest.mark.parametrize(("max_evals", "paired"), [(500, False), (61, False), (60, True)])
def test_truncated_budgets_equal_shap_but_for_near_ties(loaded, max_evals, paired):
    texts = [t[:45] for t in corpus()]
    pairs = [t[:12] for t in reversed(texts)] if paired else None
    texts = [t[:16] for t in texts] if paired else texts
    ours = explain(*loaded, texts, pairs, max_evals=max_evals)
    theirs = reference(*loaded, texts, pairs, max_evals=max_evals)
    far = np.flatnonzero(distances(ours, theirs) > 1e-5)
    assert len(far) <= len(texts) / 10
    for i in far:  # the last digit of a probability decides which group is split
        one = ([texts[i]], None if pairs is None else [pairs[i]])
        assert depends_on_rounding(*loaded, *one, max_evals=max_evals)


def depends_on_rounding(model, tokenizer, *text, **options):
    exact = explain(model, tokenizer, *text, **options)
    for seed in range(20):
        generator = torch.Generator().manual_seed(seed)

        def rounded(generator=generator, **inputs):
            logits = model(**inputs).logits
            noise = torch.rand(logits.shape, generator=generator) - 0.5
            return SimpleNamespace(logits=logits + 4e-7 * noise)

        if distances(explain(rounded, tokenizer, *text, **options), exact).max() > 1e-5:
            return True
    return False


@pytest.mark.parametrize("options", [{"max_evals": 100}, {"max_evals": EVERY_NODE}])
def test_one_context_equals_shaps_fixed_context(loaded, options):
    texts = [t[:25] for t in corpus()[::4]]
    ours = explain(*loaded, texts, contexts="one", **options)
    theirs = reference(*loaded, texts, fixed_context=0, **options)
    assert distances(ours, theirs).max() < 1e-5


def test_classes_are_explained_as_shaps_outputs(loaded):
    texts = [t[:30] for t in corpus()[::6]]
    ours = explain(*loaded, texts, classes=[2, 0], max_evals=80)
    theirs = reference(*loaded, texts, outputs=np.array([2, 0]), max_evals=80)
    assert distances(ours, theirs).max() < 1e-5
    assert ours.output_names == ["LABEL_2", "LABEL_0"]


def test_tree_of_a_pair_is_shaps_tree_of_the_joined_string(loaded):
    """Given a pair as one string with separators, shap keeps the two texts apart: so do we."""
    tokenizer = loaded[1]
    separator = tokenizer.sep_token * (1 if tokenizer.sep_token == "[SEP]" else 2)
    (a, b), (c, d) = SENTENCES["de"], SENTENCES["en"]
    for first, second in ((a, b), (c, d), (c[:10], d[:5]), ("a", "b")):
        ours = encode_texts(tokenizer, [first], [second])[0]
        tree = partition_tree(ours.segments, tokenizer.sep_token)
        theirs = shap.maskers.Text(tokenizer).clustering(first + separator + second)
        np.testing.assert_array_equal(tree[:, [0, 1, 3]], theirs[:, [0, 1, 3]])


@pytest.mark.real
@pytest.mark.parametrize("paired", [False, True])
def test_real_encoder_on_real_texts_equals_shap_but_for_near_ties(paired):
    from helpers.data.corpora import load_corpus
    from helpers.training.encoders import load_encoder

    dataset = "multiemo_pairs" if paired else "multiemo"
    test = load_corpus(dataset).test
    rows = stratified_sample(test[(test["text"] + test["text_pair"]).str.len() < 70], 12)
    model, tokenizer = load_encoder("e5_small", num_labels=3)
    model.head.weight.data *= 20  # a fresh head hardly sees the text
    texts, pairs = rows["text"].tolist(), rows["text_pair"].tolist() if paired else None
    ours = explain(model, tokenizer, texts, pairs, max_evals=60)
    theirs = reference(model, tokenizer, texts, pairs, max_evals=60)
    assert max(np.abs(v).max() for v in ours.values) > 0.05
    far = np.flatnonzero(distances(ours, theirs) > 1e-5)
    assert len(far) <= 1
    for i in far:
        one = ([texts[i]], pairs and [pairs[i]])
        assert depends_on_rounding(model, tokenizer, *one, max_evals=60)


# --- what holds for every text --------------------------------------------------------------


@pytest.mark.parametrize("contexts", ["both", "one"])
@pytest.mark.parametrize("paired", [False, True])
def test_values_and_base_value_add_up_to_the_probability(loaded, contexts, paired):
    model, tokenizer = loaded
    texts = [t[:30] for t in corpus()]
    pairs = [t[:20] for t in reversed(texts)] if paired else None
    explanation = explain(model, tokenizer, texts, pairs, contexts=contexts, max_evals=150)
    for i, values in enumerate(explanation.values):
        inputs = tokenizer(texts[i], pairs and pairs[i], return_tensors="pt")
        with torch.no_grad():
            expected = model(**inputs).logits.softmax(-1)[0].numpy()
        total = values.sum(axis=0) + explanation.base_values[i]
        np.testing.assert_allclose(total, expected, atol=1e-5)
        assert len(values) == inputs["input_ids"].shape[1]


def test_base_value_is_that_of_the_mask_tokens_with_their_token_types(loaded):
    model, tokenizer = loaded
    inputs = tokenizer("The room", "was clean", return_tensors="pt")
    special = torch.isin(inputs["input_ids"], torch.tensor(tokenizer.all_special_ids))
    inputs["input_ids"][~special] = tokenizer.mask_token_id
    with torch.no_grad():
        expected = model(**inputs).logits.softmax(-1).numpy()
    explanation = explain(model, tokenizer, ["The room"], ["was clean"])
    np.testing.assert_allclose(explanation.base_values, expected, atol=1e-6)


def test_model_never_sees_a_masked_special_token_or_a_mask_twice(loaded):
    model, tokenizer = loaded
    seen = []

    def spy(**inputs):
        assert set(inputs) == set(tokenizer.model_input_names)
        assert inputs["attention_mask"].all()  # one text alone is never padded
        seen.extend(map(tuple, inputs["input_ids"].tolist()))
        return model(**inputs)

    explanation = explain(spy, tokenizer, ["Das Zimmer war"], ["sauber."])
    encoded = encode_texts(tokenizer, ["Das Zimmer war"], ["sauber."])[0]
    assert len(seen) == len(set(seen))
    assert (np.array(seen)[:, encoded.special] == encoded.ids[encoded.special]).all()
    np.testing.assert_array_equal(explanation.special_tokens[0], encoded.special)
    assert encoded.special.sum() == (3 if tokenizer.sep_token == "[SEP]" else 4)


def test_values_do_not_depend_on_the_company_of_a_text(loaded):
    texts = corpus()
    together = explain(*loaded, texts, max_evals=EVERY_NODE if len(texts) < 10 else 200)
    alone = [explain(*loaded, [t], max_evals=200) for t in texts[:12]]
    close = [np.allclose(together.values[i], e.values[0], atol=1e-5) for i, e in enumerate(alone)]
    assert sum(close) >= 11  # near-ties aside


def test_bf16_changes_little_and_probabilities_stay_float32(loaded):
    texts = [t[:20] for t in corpus()[::5]]
    exact = explain(*loaded, texts)
    rough = explain(*loaded, texts, precision="bf16")
    assert 0 < max(distances(rough, exact)) < 0.1
    total = [v.sum(0) + b for v, b in zip(rough.values, rough.base_values, strict=True)]
    np.testing.assert_allclose(np.sum(total, axis=1), 1, atol=1e-5)


# --- odd texts ------------------------------------------------------------------------------


def test_odd_texts(loaded):
    model, tokenizer = loaded
    only_special = tokenizer.cls_token + tokenizer.sep_token
    long = " ".join(s for pair in SENTENCES.values() for s in pair)
    explanation = explain(model, tokenizer, ["", "a", only_special, long, "   "])
    lengths = [len(v) for v in explanation.values]
    assert (lengths[0] == 2 and lengths[1] == 3) or tokenizer.sep_token == "</s>"
    assert lengths[3] == 64  # the model's limit
    for nothing_to_mask in (0, 2):
        assert not explanation.values[nothing_to_mask].any()
        assert explanation.special_tokens[nothing_to_mask].all()
    token = ~explanation.special_tokens[1]
    full = model(**tokenizer("a", return_tensors="pt")).logits.softmax(-1)[0].detach().numpy()
    np.testing.assert_allclose(
        explanation.values[1][token].sum(axis=0), full - explanation.base_values[1], atol=1e-6
    )
    assert explain(model, tokenizer, [long], max_length=20).values[0].shape == (20, 3)
    assert explain(model, tokenizer, [long], [long]).values[0].shape == (64, 3)


def test_limit_of_the_model_counts_where_the_tokenizer_has_none(loaded):
    model, tokenizer = loaded
    unlimited = SimpleNamespace(model_max_length=10**30)
    assert longest_input(model, unlimited) == longest_input(model, tokenizer) == 64
    assert longest_input(lambda **_: None, unlimited) is None


def test_without_a_mask_token_there_is_a_clear_error(tiny_bert):
    model, tokenizer = load(tiny_bert)
    tokenizer.mask_token = None
    with pytest.raises(CompanionError, match="has no mask token"):
        explain(model, tokenizer, ["a"])


@pytest.mark.parametrize(
    ("texts", "options", "message"),
    [
        (([],), {}, "texts: there is none"),
        (("one string",), {}, "texts: a single string"),
        ((["a", "b"], ["c"]), {}, "text_pairs: 1 for 2 texts"),
        ((["a"],), {"max_evals": 1}, "max_evals: 1"),
        ((["a"],), {"contexts": "two"}, "contexts: 'two'"),
        ((["a"],), {"classes": [3]}, "classes: 3; allowed are 0 to 2"),
        ((["a"],), {"tokens_per_batch": 0}, "tokens_per_batch: 0"),
    ],
)
def test_bad_input_is_named(loaded, texts, options, message):
    with pytest.raises(CompanionError, match=message):
        explain(*loaded, *texts, **options)


# --- batches, memory, resuming --------------------------------------------------------------


def test_batches_are_full_and_hold_little_padding(loaded):
    model, tokenizer = loaded
    shapes, padding = [], []

    def spy(**inputs):
        shapes.append(inputs["input_ids"].shape)
        padding.append(int((inputs["attention_mask"] == 0).sum()))
        return model(**inputs)

    texts = [t[:30] for t in corpus()] * 10
    explain(spy, tokenizer, texts, max_evals=40, tokens_per_batch=1000)
    tokens = [rows * length for rows, length in shapes]
    assert max(tokens) <= 1000
    assert np.median(tokens) > 700
    assert sum(padding) < 0.03 * sum(tokens)


def test_batch_is_halved_where_memory_runs_out(loaded):
    model, tokenizer = loaded
    sizes = []

    def small_device(**inputs):
        sizes.append(inputs["input_ids"].numel())
        if sizes[-1] > 300:
            raise torch.OutOfMemoryError
        return model(**inputs)

    texts = [t[:25] for t in corpus()[:20]]
    explanation = explain(small_device, tokenizer, texts, max_evals=100)
    expected = explain(model, tokenizer, texts, max_evals=100)
    assert np.sum(distances(explanation, expected) < 1e-5) >= 18
    assert sum(size > 300 for size in sizes) < 10 < len(sizes)  # it learns

    def no_device(**inputs):
        raise torch.OutOfMemoryError

    with pytest.raises(torch.OutOfMemoryError):
        explain(no_device, tokenizer, texts[:1])


def test_training_mode_is_left_as_it_was(loaded):
    model, tokenizer = loaded
    expected = explain(model, tokenizer, ["The room was clean"])
    model.train()
    try:
        explanation = explain(model, tokenizer, ["The room was clean"])
        assert model.training
    finally:
        model.eval()
    np.testing.assert_allclose(explanation.values[0], expected.values[0], atol=1e-6)


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from test_shap_values import corpus, explain, load
    import helpers.analysis.finished_texts as finished

    finished._SECONDS_BETWEEN_PARTS = 0.0
    write, parts = finished.FinishedTexts.save, []

    def save_and_die(self):
        write(self)
        parts.append(1)
        if len(parts) == 7:
            os.kill(os.getpid(), signal.SIGKILL)

    finished.FinishedTexts.save = save_and_die
    explain(*load(Path(sys.argv[1])), corpus(), max_evals=100, cache=Path(sys.argv[2]))
"""


def test_killed_half_way_and_resumed_gives_the_same_values(tiny_bert, tmp_path):
    model, tokenizer = load(tiny_bert)
    folder = tmp_path / "finished"
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(tiny_bert), str(folder)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]
    kept = len(list(folder.glob("*/part-*.npz")))
    assert kept == 7
    calls = []

    def spy(**inputs):
        calls.append(len(inputs["input_ids"]))
        return model(**inputs)

    spy.parameters, spy.config = model.parameters, model.config
    resumed = explain(spy, tokenizer, corpus(), max_evals=100, cache=folder)
    whole = explain(model, tokenizer, corpus(), max_evals=100)
    assert np.sum(distances(resumed, whole) < 1e-5) >= len(corpus()) - 2  # near-ties aside
    calls.clear()
    again = explain(spy, tokenizer, corpus(), max_evals=100, cache=folder)
    assert not calls
    assert distances(again, resumed).max() == 0
    assert again.output_names == whole.output_names
    parts = sorted(folder.glob("*/part-*.npz"))
    parts[1].write_bytes(parts[1].read_bytes()[:100])
    with pytest.raises(CompanionError, match=r"part-000001.npz is damaged; delete it"):
        explain(spy, tokenizer, corpus(), max_evals=100, cache=folder)
    parts[1].unlink()
    mended = explain(spy, tokenizer, corpus(), max_evals=100, cache=folder)
    assert calls and np.sum(distances(mended, whole) < 1e-5) >= len(corpus()) - 2
    assert set(parts) - {parts[1]} < set(folder.glob("*/part-*.npz"))  # none is overwritten


def test_values_of_another_model_or_other_options_are_not_taken(tiny_bert, tmp_path):
    model, tokenizer = load(tiny_bert)
    options = {"cache": tmp_path / "finished", "max_evals": 100}
    explain(model, tokenizer, corpus(), **options)
    fewer = explain(model, tokenizer, corpus(), **options | {"max_evals": 20})
    expected = explain(model, tokenizer, corpus(), max_evals=20)
    assert distances(fewer, expected).max() == 0
    with torch.no_grad():
        model.classifier.bias += torch.linspace(0, 1, len(model.classifier.bias))
    changed = explain(model, tokenizer, corpus(), **options)
    assert distances(changed, explain(model, tokenizer, corpus(), max_evals=100)).max() == 0
    assert len({part.parent for part in options["cache"].glob("*/part-*.npz")}) == 3


# --- the explanation and its frame ----------------------------------------------------------


def test_plots_of_shap_work(loaded):
    import matplotlib

    matplotlib.use("agg")
    explanation = explain(*loaded, ["The room was clean.", "饭菜送来时是凉的", "", "The room"])
    for part in (
        explanation[0],
        explanation[:2],
        explanation[:, :, 1],
        explanation[0, :, "LABEL_2"],
    ):
        assert "<div" in shap.plots.text(part, display=False)
    shap.plots.bar(explanation[:, :, "LABEL_1"].mean(0), show=False)
    matplotlib.pyplot.close("all")
    assert explanation.values.shape == (4,)
    assert explanation.base_values.shape == (4, 3)
    same_length = explain(*loaded, ["The room", "The room"])
    assert same_length.values.shape == (2,)
    assert same_length[1].values.shape == same_length.values[1].shape


def test_frame_and_back(loaded):
    texts = ["The room was clean.", "", "饭菜送来时是凉的"]
    explanation = explain(*loaded, texts)
    names = ["low", "mid", "high"]
    about = {"group": ["a", "b", "c"], "language": ["en", "en", "zh"], "label": [0, 1, 2]}
    rows = pd.DataFrame({"id": ["a", "b", "c"], **about})
    frame = explanation_frame(explanation, rows, class_names=names)
    assert list(frame.columns) == [
        *("text_id", "group", "language", "label", "position", "token", "is_special"),
        *(f"value_{n}" for n in names),
        *(f"base_{n}" for n in names),
    ]
    assert len(frame) == sum(len(v) for v in explanation.values)
    back = explanation_from_frame(frame)
    for i in range(3):
        np.testing.assert_array_equal(back.values[i], explanation.values[i])
        assert list(back.data[i]) == list(explanation.data[i])
        np.testing.assert_array_equal(back.special_tokens[i], explanation.special_tokens[i])
    np.testing.assert_array_equal(back.base_values, explanation.base_values)
    assert "<div" in shap.plots.text(back[0], display=False)
    shorter = explanation_frame(explanation, rows[["id", "language"]], class_names=names)
    pd.testing.assert_frame_equal(shorter, frame.drop(columns=["group", "label"]))
    for wrong, labels in ((rows[:2], names), (rows, ["low"])):
        with pytest.raises(ValueError):
            explanation_frame(explanation, wrong, class_names=labels)


def test_stratified_sample_has_every_language_and_label_at_its_share():
    rows = pd.DataFrame(
        {"language": ["fr"] * 600 + ["en"] * 300, "label": [0, 1, 2] * 300, "row": range(900)}
    )
    sample = stratified_sample(rows, 90, seed=3)
    assert sample.groupby(["language", "label"]).size().to_dict() == {
        **{("fr", label): 20 for label in range(3)},
        **{("en", label): 10 for label in range(3)},
    }
    assert sample["row"].is_monotonic_increasing
    pd.testing.assert_frame_equal(sample, stratified_sample(rows, 90, seed=3))
    assert not sample.equals(stratified_sample(rows, 90, seed=4))
    assert set(sample["row"]) < set(stratified_sample(rows, 180, seed=3)["row"])
    assert len(stratified_sample(rows, 10**6)) == 900
    with pytest.raises(CompanionError, match="n: 0"):
        stratified_sample(rows, 0)

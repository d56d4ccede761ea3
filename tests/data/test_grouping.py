"""Groups against a naive union-find; splits that never tear a group apart."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data.grouping import SPLIT_SHARES, SPLITS, assign_splits, connected_groups, keep_apart

keys = st.one_of(st.none(), st.integers(0, 12))
tables = st.lists(st.tuples(keys, keys), min_size=1, max_size=40)


def naive_groups(rows):
    """Merge groups until no two share a key."""
    groups = [({(0, a), (1, b)} - {(0, None), (1, None)}, {n}) for n, (a, b) in enumerate(rows)]
    merged = True
    while merged:
        merged = False
        for one in range(len(groups)):
            for other in range(one + 1, len(groups)):
                if groups[one][0] & groups[other][0]:
                    keys, members = groups.pop(other)
                    groups[one] = (groups[one][0] | keys, groups[one][1] | members)
                    merged = True
                    break
            if merged:
                break
    first = {}
    for _, members in groups:
        first |= dict.fromkeys(members, min(members))
    return [first[n] for n in range(len(rows))]


@given(tables)
def test_rows_that_share_a_key_share_a_group_and_no_others(rows):
    first, second = zip(*rows, strict=True)
    assert connected_groups(first, second).tolist() == naive_groups(rows)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from("ab")), min_size=1, max_size=200),
    st.integers(0, 5),
)
def test_a_group_has_one_split_and_strata_have_their_shares(rows, seed):
    frame = pd.DataFrame(rows, columns=["group", "label"])
    frame["split"] = assign_splits(frame["group"], frame["label"], seed=seed)
    assert frame.groupby("group")["split"].nunique().eq(1).all()
    # A group counts under the label of its first row.
    for _, groups in frame.drop_duplicates("group").groupby("label"):
        for split, share in SPLIT_SHARES.items():
            assert abs((groups["split"] == split).sum() - share * len(groups)) <= 1
    again = assign_splits(frame["group"], frame["label"], seed=seed)
    assert (frame["split"] == again).all()


def test_another_seed_draws_other_splits():
    draws = [assign_splits(range(100), [0] * 100, seed=seed) for seed in (0, 1)]
    assert (draws[0] != draws[1]).any()


groups = st.lists(st.integers(0, 15), max_size=20)


@given(groups, groups, groups)
def test_no_group_is_left_in_two_splits(train, validation, test):
    frames = {
        split: pd.DataFrame({"group": values, "row": range(len(values))})
        for split, values in zip(SPLITS, (train, validation, test), strict=True)
    }
    kept, dropped = keep_apart(frames)
    seen = [set(kept[split]["group"]) for split in SPLITS]
    assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])
    assert kept["test"]["row"].tolist() == list(range(len(test)))
    assert set().union(*seen) == {*train, *validation, *test}
    for split in SPLITS:
        assert len(kept[split]) + dropped.get(split, 0) == len(frames[split])


def test_a_group_of_all_splits_stays_in_test():
    frames = {split: pd.DataFrame({"group": ["a", split]}) for split in SPLITS}
    kept, dropped = keep_apart(frames)
    assert [kept[split]["group"].tolist() for split in SPLITS] == [
        ["train"],
        ["validation"],
        ["a", "test"],
    ]
    assert dropped == {"train": 1, "validation": 1}


def test_shares_are_whole():
    assert sum(SPLIT_SHARES.values()) == pytest.approx(1)
    assert tuple(SPLIT_SHARES) == SPLITS

"""Partition SHAP of one text, as a state machine that never calls the model itself.

``shap`` explains one text at a time: it asks the model about six masked copies, waits, and asks
again. Here a text only *says* which masks it needs next, so that a caller can answer hundreds of
texts with one forward pass. Tree, budget, rounds and order of evaluation are those of
``shap.explainers.Partition`` with ``shap.maskers.Text``, and so are the values.

A mask is a Python integer: bit ``i`` is set where token ``i`` is kept. Integers are joined with
``|``, hashed and compared in nanoseconds whatever the length of the text, which keeps the
bookkeeping of a text at a few milliseconds.
"""

import heapq
import itertools
import random
import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from shap.maskers._text import Token, TokenGroup, merge_score, openers

Contexts = Literal["both", "one"]

# Masks that shap evaluates together. Its order depends on it: a round of three nodes is chosen
# before the answers to the first of them are known.
MASKS_PER_ROUND = 6

_ENDS_A_WORD = re.compile(r"^.*\W$")
_STARTS_WITH_LETTER = re.compile(r"^[A-Za-z]")


def planned_masks(lengths: NDArray[np.integer], budget: int) -> NDArray[np.integer]:
    """Return about how many masks texts take: their tokens squared, at most the budget.

    Examples
    --------
    >>> planned_masks(np.array([4, 30]), 500).tolist()
    [16, 500]
    """
    masks: NDArray[np.integer] = np.minimum(budget, np.square(lengths, dtype=np.int64))
    return masks


def partition_tree(segments: Sequence[str], separator: str | None = None) -> NDArray[np.float64]:
    """Return shap's binary tree over the tokens of a text.

    Neighbouring groups of tokens are merged by shap's own score (pieces of a word first, across
    commas and sentence ends late, across a pair's separators last). Only the two scores that a
    merge touches are computed again, so the tree costs O(n log n) instead of O(n^2) scores.

    Parameters
    ----------
    segments : sequence of str
        The text's tokens as strings, in order; ``""`` for the special tokens at both ends.
    separator : str, optional
        The token between the two texts of a pair.

    Returns
    -------
    array of shape (tokens - 1, 4)
        As scipy's linkage: left child, right child, height, number of leaves. Node ``tokens + i``
        is row ``i``; the height is the number of leaves over the number of tokens.

    Examples
    --------
    >>> partition_tree(["", "Good ", "book", ""])[:, :2].astype(int).tolist()
    [[0, 1], [2, 3], [4, 5]]
    """
    separators = [] if separator is None else [separator]
    groups = [TokenGroup([Token(s)], i) for i, s in enumerate(_marked(segments))]
    scores = [merge_score(left, right, separators) for left, right in itertools.pairwise(groups)]
    count = len(groups)
    tree = np.zeros((max(count - 1, 0), 4))
    for step in range(count - 1):
        best = scores.index(max(scores))
        left, right = groups[best], groups.pop(best + 1)
        merged = left + right
        merged.index = count + step
        tree[step] = left.index, right.index, len(merged) / count, len(merged)
        if merged[0].s in openers and right[-1].s == openers[merged[0].s]:
            merged[0].balanced = right[-1].balanced = True
        groups[best] = merged
        scores.pop(best)
        if best > 0:
            scores[best - 1] = merge_score(groups[best - 1], merged, separators)
        if best < len(scores):
            scores[best] = merge_score(merged, groups[best + 1], separators)
    return tree


def _marked(segments: Sequence[str]) -> list[str]:
    """Mark the pieces that continue a word with ``##``, the way shap's text masker does."""
    marked: list[str] = []
    for i, segment in enumerate(segments):
        continues = (
            i > 0
            and marked[i - 1] != ""
            and _ENDS_A_WORD.match(segments[i - 1]) is None
            and _STARTS_WITH_LETTER.match(segment) is not None
        )
        marked.append(("##" if continues else "") + segment.strip())
    return marked


class Partition:
    """The Partition SHAP values of one text, one round of masks after another.

    Parameters
    ----------
    tree : array of shape (tokens - 1, 4)
        From ``partition_tree``.
    special : array of bool, shape (tokens,)
        Tokens that are never masked.
    max_evals : int
        Budget in masks, the empty and the full one included. As in shap, a mask that was asked
        about before counts, although it is not asked again.
    contexts : {"both", "one"}
        ``"both"``: a group of tokens is tried with its sibling present and with it absent, as in
        shap. ``"one"``: only with it absent (``fixed_context=0`` in shap), at two masks a token.
    seed : int
        Decides between groups of exactly equal effect.

    Attributes
    ----------
    pending : list of int
        The masks that ``advance`` wants the model's answers to; empty once finished.
    evaluations : int
        Masks of the budget spent so far.

    Examples
    --------
    An additive model of two tokens, worth 1 and 2:

    >>> text = Partition(partition_tree(["a ", "b"]), np.zeros(2, bool))
    >>> while text.pending:
    ...     kept = [(mask & 1, mask >> 1 & 1) for mask in text.pending]
    ...     text.advance(np.array([[1.0 * a + 2.0 * b] for a, b in kept]))
    >>> text.values().ravel().tolist()
    [1.0, 2.0]
    """

    def __init__(
        self,
        tree: NDArray[np.float64],
        special: NDArray[np.bool_],
        *,
        max_evals: int = 500,
        contexts: Contexts = "both",
        seed: int = 0,
    ) -> None:
        self.tree = tree
        self.tokens = len(special)
        self.evaluations = 0
        self._budget = max_evals
        self._both = contexts == "both"
        self._random = random.Random(seed).random

        self._children = tree[:, :2].astype(int).tolist()
        self._node_masks = [1 << i for i in range(self.tokens)]
        for left, right in self._children:
            self._node_masks.append(self._node_masks[left] | self._node_masks[right])
        self._always = sum(1 << i for i in np.flatnonzero(special).tolist())
        self._full = (1 << self.tokens) - 1

        # The model's answers: a row per distinct mask, found by the mask.
        self._rows: dict[int, int] = {}
        self._answers = np.empty((0, 0))
        # Credit is written down as (node, row before, row after, weight), summed at the end.
        self._credit: list[tuple[int, int, int, float]] = []
        # Groups to split, most effect first: (-effect, tie-break, mask, row before, row after,
        # node, weight).
        self._queue: list[tuple[float, float, int, int, int, int, float]] = []
        self._round: list[tuple[int, int, int, int, int, int, float]] = []
        self.pending = list(dict.fromkeys((self._always, self._full)))

    def advance(self, answers: NDArray[np.floating]) -> None:
        """Take the model's answers to ``pending``, and work on until it needs more of them.

        Parameters
        ----------
        answers : array of shape (len(pending), classes)
            One row of outputs for each pending mask, in order.
        """
        if not self._rows:
            # At most this many masks differ: all that the budget allows, or all there are.
            maskable = self.tokens - self._always.bit_count()
            most = min(self._budget + 1, 1 << min(maskable, 62)) + 1
            self._answers = np.empty((most, answers.shape[1]))
        for mask, answer in zip(self.pending, answers, strict=True):
            row = self._rows[mask] = len(self._rows)
            self._answers[row] = answer
        self.pending = []
        if not self.evaluations:
            self.evaluations = 2
            empty, full = self._rows[self._always], self._rows[self._full]
            self._enqueue(0.0, 0, empty, full, 2 * self.tokens - 2, 1.0)
        else:
            self._settle()
        while not self.pending and self._queue:
            self._plan()
            if not self.pending:  # every mask of the round was seen before, or the budget is spent
                self._settle()

    def _plan(self) -> None:
        """Choose the next round's groups; ``pending`` are those of its masks not seen before."""
        chosen = 0
        while self._queue and chosen < MASKS_PER_ROUND and self.evaluations < self._budget:
            _, _, mask, before, after, node, weight = heapq.heappop(self._queue)
            left, right = self._children[node - self.tokens]
            with_left = mask | self._node_masks[left]
            with_right = mask | self._node_masks[right]
            self._round.append((mask, with_left, with_right, before, after, node, weight))
            for new in (with_left | self._always, with_right | self._always):
                if new not in self._rows and new not in self.pending:
                    self.pending.append(new)
            chosen += 2
            self.evaluations += 2
        if not chosen:  # the budget is spent: what is left stays on its group
            self._credit += [(node, b, a, weight) for _, _, _, b, a, node, weight in self._queue]
            self._queue.clear()

    def _settle(self) -> None:
        """Split the groups of the round: credit single tokens, queue the rest by effect."""
        steps: list[tuple[int, int, int, int, float]] = []
        for mask, with_left, with_right, none, both, node, weight in self._round:
            left, right = self._children[node - self.tokens]
            only_left = self._rows[with_left | self._always]
            only_right = self._rows[with_right | self._always]
            if self._both:
                weight /= 2
                steps += [
                    (mask, none, only_left, left, weight),
                    (mask, none, only_right, right, weight),
                    (with_right, only_right, both, left, weight),
                    (with_left, only_left, both, right, weight),
                ]
            else:
                steps += [
                    (mask, none, only_left, left, weight),
                    (mask, none, only_right, right, weight),
                ]
                # what the two do only together stays on the group
                self._credit += [(node, only_left, both, weight), (node, none, only_right, -weight)]
        self._round.clear()
        if not steps:
            return
        change = self._answers[[s[2] for s in steps]] - self._answers[[s[1] for s in steps]]
        effects = np.abs(change).max(axis=1).tolist()
        for effect, (mask, before, after, node, weight) in zip(effects, steps, strict=True):
            self._enqueue(effect, mask, before, after, node, weight)

    def _enqueue(
        self, effect: float, mask: int, before: int, after: int, node: int, weight: float
    ) -> None:
        if node < self.tokens:
            self._credit.append((node, before, after, weight))
        else:
            entry = (-effect * weight, self._random(), mask, before, after, node, weight)
            heapq.heappush(self._queue, entry)

    # --- results ---------------------------------------------------------------------------

    @property
    def base_value(self) -> NDArray[np.float64]:
        """The model's answer to the empty mask, shape ``(classes,)``."""
        base: NDArray[np.float64] = self._answers[self._rows[self._always]].copy()
        return base

    def hierarchical_values(self) -> NDArray[np.float64]:
        """Return the credit of every node of the tree, shape ``(2 * tokens - 1, classes)``."""
        nodes = np.zeros((2 * self.tokens - 1, self._answers.shape[1]))
        if self._credit:
            index, before, after, weight = (np.array(c) for c in zip(*self._credit, strict=True))
            change = (self._answers[after] - self._answers[before]) * weight[:, None]
            np.add.at(nodes, index, change)
        return nodes

    def values(self) -> NDArray[np.float64]:
        """Return the SHAP values of the tokens, shape ``(tokens, classes)``."""
        return lower_to_tokens(self.hierarchical_values(), self.tree)


def lower_to_tokens(
    hierarchical: NDArray[np.float64], tree: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share what stayed on groups equally among their tokens.

    Parameters
    ----------
    hierarchical : array of shape (2 * tokens - 1, classes)
        Credit per node of the tree, tokens first.
    tree : array of shape (tokens - 1, 4)
        From ``partition_tree``.

    Returns
    -------
    array of shape (tokens, classes)

    Examples
    --------
    >>> tree = partition_tree(["a ", "b"])
    >>> lower_to_tokens(np.array([[1.0], [2.0], [4.0]]), tree).ravel().tolist()
    [3.0, 4.0]
    """
    tokens = len(tree) + 1
    share = hierarchical.copy()
    for row in range(len(tree) - 1, -1, -1):
        left, right = tree[row, :2].astype(int)
        per_token = share[tokens + row] / tree[row, 3]
        for child in (left, right):
            share[child] += per_token * (tree[child - tokens, 3] if child >= tokens else 1)
    return share[:tokens]

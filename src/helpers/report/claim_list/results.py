"""Claims of the abstract, and of sections 4.1 and 4.2."""

from helpers.report import claim_quantities as q
from helpers.report import paper_cells as cells
from helpers.report.claim_list.forms import (
    ABOVE,
    IMBALANCED,
    UNINFORMATIVE,
    UNINFORMATIVE_PAIRED,
    WEIGHTS,
    accuracy,
    claim,
    log_loss,
    on_one_source,
    predicted,
    separation,
)

# Stars, and the places of ours that stand for them, from either end.
_STAR_PLACES = (("1", 0), ("2", 1), ("4", -2), ("5", -1))

ABSTRACT = (
    claim(
        "abstract/performance",
        "abstract, sentence 2",
        "Fine-tuning on data with this imbalance lowers performance.",
        accuracy(IMBALANCED, "36"),
    ),
    claim(
        "abstract/separation",
        "abstract, sentence 2",
        "It separates the languages more in the latent space, measured as in the paper.",
        separation(IMBALANCED, "47"),
    ),
    claim(
        "abstract/further-apart",
        "abstract, sentence 2",
        "It separates the languages more in the latent space, measured by log loss.",
        log_loss(IMBALANCED),
    ),
    claim(
        "abstract/uninformative",
        "abstract, sentence 2",
        "It promotes features that say nothing about the task.",
        UNINFORMATIVE_PAIRED,
    ),
    claim(
        "abstract/uninformative-null",
        "abstract, sentence 2",
        "It promotes features that say nothing about the task, by the paper's own difference.",
        UNINFORMATIVE,
    ),
    claim(
        "abstract/weights-performance",
        "abstract, sentence 3",
        "Per-language class weights mitigate the loss of performance.",
        accuracy(WEIGHTS, "36"),
    ),
    claim(
        "abstract/weights-separation",
        "abstract, sentence 3",
        "Per-language class weights mitigate the separation of the languages, measured as in the "
        "paper.",
        separation(WEIGHTS, "47"),
    ),
    claim(
        "abstract/closer-together",
        "abstract, sentence 3",
        "Per-language class weights mitigate the separation of the languages, measured by log "
        "loss.",
        log_loss(WEIGHTS),
    ),
)

PERFORMANCE = (
    claim(
        "4.1/accuracy",
        "4.1, sentence 2; Table 3",
        "The balanced models are more accurate than the imbalanced ones.",
        accuracy(IMBALANCED, "3"),
    ),
    claim(
        "4.1/reviews",
        "4.1, sentence 4; Table 2a",
        "Low and high reviews are predicted more for the languages that had more of them in "
        "training.",
        predicted(
            "a",
            q.predicted_more("low and of high reviews (mean)", (0, 1), (-2, -1)),
            ("1", "2"),
            ("4", "5"),
        ),
        cells=tuple(
            cell
            for star, position in _STAR_PLACES
            for cell in cells.predicted_gap(
                "a", q.predicted_more(f"the label at place {position}", (position,)), (star,)
            )
        ),
    ),
    claim(
        "4.1/entailment",
        "4.1, last sentence; Table 2b",
        "French is labelled as entailment more often than English is.",
        predicted("b", q.predicted_more("the first label", (0,)), ("entailment",)),
    ),
    claim(
        "4.1/contradiction",
        "4.1, last sentence; Table 2b",
        "English is labelled as contradiction more often than French is.",
        predicted("b", q.predicted_more("the last label", (-1,)), ("contradiction",)),
    ),
    claim(
        "4.1/follows-the-skew",
        "4.1, sentences 4 to 6; Table 2, which has the imbalanced model alone",
        "The model makes predictions based on language: they follow the skew of the training set.",
        quantity=q.slope(*IMBALANCED),
        region=ABOVE,
    ),
)

IDENTIFICATION = (
    claim(
        "4.2/test",
        "4.2, sentence 3; Table 4, Original",
        "Languages are more identifiable on the test set after imbalanced fine-tuning.",
        on_one_source("test"),
    ),
    claim(
        "4.2/external",
        "4.2, sentence 3; Table 4, Wikipedia",
        "Languages are more identifiable on external texts after imbalanced fine-tuning.",
        on_one_source("external"),
    ),
    claim(
        "4.2/further-apart",
        "4.2, sentence 2",
        "Languages lie further apart in the latent space, measured by log loss.",
        log_loss(IMBALANCED),
    ),
)

"""The book, end to end on made-up results: executed, built with warnings as errors, and read."""

import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
import yaml

import fake_results
import printed_commands
from helpers import book, stages
from helpers.foundation import names
from helpers.foundation.errors import CompanionError
from helpers.foundation.profiles import PUBLISHED_PROFILE
from helpers.report.claim_list import CLAIMS
from helpers.verification import TOLERANCES

pytestmark = pytest.mark.minutes

REPOSITORY = Path(__file__).resolve().parents[1]
PLACE = "book/_generated/tiny/e5_small/multiemo_pairs"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A checkout with the book's sources and a tiny profile's results, one seed of a setup lost."""
    with fake_results.checkout(tmp_path_factory.mktemp("book")) as root:
        for name in ("index.md", "_config.yml", "pyproject.toml"):
            shutil.copy(REPOSITORY / name, root / name)
        shutil.copytree(REPOSITORY / "notebooks", root / "notebooks")
        shutil.copytree(
            REPOSITORY / "book", root / "book", ignore=shutil.ignore_patterns("_generated")
        )
        for experiment in fake_results.write_all():
            if (experiment.setup, experiment.seed) == ("imbalanced_cw", 1):
                shutil.rmtree(experiment.folder)
        yield root


@pytest.fixture(scope="module")
def built(root):
    before = Path.cwd()
    first_page = book.render("tiny")
    assert Path.cwd() == before
    return first_page


class Reader(HTMLParser):
    """Collects what a page would load, its images and its headings."""

    def __init__(self, text):
        super().__init__()
        self.loaded, self.images, self.ids = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "img":
            self.images.append(found)
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed"):
            self.loaded.append(found.get("src") or "")
        if tag == "link" and found.get("rel") not in (
            "canonical",
            "next",
            "prev",
            "search",
            "index",
        ):
            self.loaded.append(found.get("href") or "")


def page(root, name):
    return (root / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")


def text_of(html):
    article = html[html.index("<article") : html.index("</article>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", article)).split())


def test_the_first_page_is_where_render_says(root, built):
    assert built == root / "_build" / "html" / "index.html"
    assert built.is_file()


def test_no_page_loads_anything_from_another_server(root, built):
    pages = sorted((root / "_build" / "html").rglob("*.html"))
    assert len(pages) > 15
    remote = re.compile(r"^(https?:)?//")
    for path in pages:
        loaded = Reader(path.read_text(encoding="utf-8")).loaded
        assert not [source for source in loaded if remote.match(source)], path
    for path in (root / "_build" / "html" / "_static").rglob("*.css"):
        style = path.read_text(encoding="utf-8")
        assert not re.search(r"(@import|url\()\s*['\"]?(https?:)?//", style), path


def test_formulas_are_mathml_and_no_script_draws_them(root, built):
    html = page(root, f"{PLACE}/03_fine_tuning")
    assert "<mfrac>" in html and 'display="block"' in html
    assert "mathjax/" not in html and not (root / "_build/html/_static/mathjax").exists()


def test_every_image_has_a_text_alternative(root, built):
    images = [
        image
        for path in (root / "_build" / "html").rglob("*.html")
        for image in Reader(path.read_text(encoding="utf-8")).images
    ]
    assert len(images) > 20
    assert all(image.get("alt") for image in images)


def test_there_is_one_search_field(root, built):
    assert (
        page(root, "index").count('type="search"')
        + page(root, "index").count("search-button__default-text")
        <= 2
    )  # the dialog's field, and the one button that opens it
    assert page(root, "index").count("search-button-field") == 1


def test_the_root_page_has_the_findings_the_data_and_how_sure(root, built):
    text = text_of(page(root, "index"))
    assert "Accuracy falls" in text and "Class weights win accuracy back" in text
    assert "MultiEmo pairs" in text and "600 test texts" in text
    assert "holds" in text
    assert "2 seeds" in text
    assert "translated by machine" in text


def test_a_section_shows_paper_ours_and_a_verdict(root, built):
    text = text_of(page(root, f"{PLACE}/04_1_performance"))
    assert "4.1 Does the imbalance worsen performance? (MultiEmo pairs)" in text
    assert "0.810" in text  # the paper
    assert "0.705" in text  # made up
    assert "profile tiny ." in text and "600 training rows" in text
    assert re.search(r"Of the \d+ claims tested here", text)
    assert "Table 3" in text


def test_a_section_s_page_says_in_short_what_came_out_and_leads_to_its_data_sets(root, built):
    html = page(root, "book/_generated/sections/04_1_performance")
    text = text_of(html)
    assert "4.1 Does the imbalance worsen performance?" in text
    assert re.search(
        r"(In line with the paper|One seed gives no|It cannot be told|Unlike in the paper)", text
    )
    assert "Figure 4.1-A." in text and "MultiEmo pairs 2." in text
    assert 'href="../tiny/e5_small/multiemo_pairs/04_1_performance.html"' in html


def test_what_is_missing_says_so_and_names_its_command(root, built):
    text = text_of(page(root, f"{PLACE}/04_1_performance"))
    assert "without Imbalanced + class weights, seed 1" in text
    assert "--only e5_small/multiemo_pairs/imbalanced_cw/seed1" in text
    assert "1 of 2" in text_of(page(root, "book/_generated/status"))


def test_a_page_prints_no_command_that_fails_or_computes_nothing(root, built, tmp_path):
    pages = [path for path in (root / "_build" / "html").rglob("*.html")]
    found = {
        command
        for path in pages
        for command in printed_commands.in_page(path.read_text(encoding="utf-8"))
        if "reproduce" in command and "--profile tiny" in command
    }
    assert any("--only" in command for command in found)
    for command in found:
        told = printed_commands.try_out(command, placeholders={}, root=root)
        assert "nothing to compute" not in told, command


def test_every_figure_has_a_number_of_its_own_on_its_page(root, built):
    drawn = 0
    for path in (root / "_build" / "html").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        figures = re.findall(r'<figure class="companion-figure">.*?</figure>', text, flags=re.S)
        numbers = [re.search(r"<figcaption><b>Figure ([\w.]+-\w+)", each) for each in figures]
        assert all(numbers), path
        assert len({number[1] for number in numbers}) == len(numbers), path
        drawn += len(figures)
    assert drawn >= 15


def test_the_claims_page_has_a_verdict_and_a_plot_for_each_claim(root, built):
    html = page(root, "book/_generated/claims")
    text = text_of(html)
    assert all(" ".join(claim.statement.split()) in text for claim in CLAIMS)
    assert "Table 7, Amazon reviews, test set" in text and "+0.031" in text


def test_the_paper_s_numbers_stand_beside_ours_or_name_what_they_need(root, built):
    text = text_of(page(root, "book/_generated/number_by_number"))
    assert "hold 74 numbers" in text
    assert re.search(r"Imbalanced 0\.783 needs the hub: run profile paper 0\.705", text)
    assert "0.928" in text


def test_what_is_open_is_listed_with_its_command(root, built):
    text = text_of(page(root, "book/_generated/not_reproduced"))
    # The made-up results have made-up fingerprints: no inputs give them.
    assert "0 of the 8 experiments of profile tiny are finished" in text
    assert "seeds 0, 1: all (inputs changed since)" in text
    assert "--only e5_small/multiemo_pairs/imbalanced_cw" in text
    assert "seed 1: all" in text


def test_a_page_warns_of_results_whose_inputs_have_changed(root, built):
    text = text_of(page(root, f"{PLACE}/04_2_language_identification"))
    assert "Out of date: settings, data or code have changed since Balanced, seed" in text
    text = text_of(page(root, "book/_generated/claims"))
    assert re.search(r"since some of these results were made \(\d of 8 experiments\)", text)
    assert "companion reproduce --profile tiny makes them again" in text


def test_the_tolerances_are_where_readers_look(root, built):
    text = text_of(page(root, "book/how_to_read"))
    assert f"±{TOLERANCES['accuracy'].value:g}" in text


def executed(listed):
    """Execute some pages and return the text of their outputs, by notebook."""
    book.execute_notebooks(listed, progress=False)
    return {
        one.source.stem: " ".join(
            output["data"].get("text/html", "")
            for cell in nbformat.read(one.target, as_version=4).cells
            for output in cell.get("outputs", [])
            if "data" in output
        )
        for one in listed
    }


def of_pages(*stems):
    return [one for one in book.pages("tiny") if one.source.stem in stems]


def test_a_deleted_folder_is_missed_and_leaves_no_stale_number(root, built, tmp_path):
    stems = ("00_claims", "04_1_performance", "04_3_shap_difference")
    before = executed(of_pages(*stems))
    assert "0.805" in before["04_1_performance"]  # balanced, mean of both seeds
    lost = of_pages("04_1_performance")[0].experiments[0]
    assert (lost.setup, lost.seed) == ("balanced", 0)
    kept = shutil.move(lost.folder, tmp_path / "kept")
    try:
        after = executed(of_pages(*stems))
    finally:
        shutil.move(kept, lost.folder)
    for stem in stems[1:]:
        assert "companion reproduce --profile tiny --only e5_small/multiemo_pairs" in after[stem]
    # The profile has no null, so the balanced model has no SHAP difference of its own to miss.
    assert "without Balanced, seed 0" in after["04_1_performance"]
    assert "0.805" not in after["04_1_performance"]
    assert "0.810" in after["04_1_performance"]  # the seed that is left
    assert after["00_claims"] != before["00_claims"]
    restored = executed(of_pages(*stems))
    for stem in stems[:2]:  # shap numbers the plots of 4.3 at random
        assert restored[stem] == before[stem]


def test_a_number_changed_by_hand_stops_the_book(root, built):
    path = of_pages("04_1_performance")[0].experiments[0].folder / "metrics.json"
    content = path.read_text(encoding="utf-8")
    try:
        path.write_text(content.replace('"accuracy": 0.8', '"accuracy": 0.9'), encoding="utf-8")
        assert path.read_text(encoding="utf-8") != content
        with pytest.raises(CompanionError, match=r"04_1_performance.*metrics\.json was changed"):
            book.execute_notebooks(of_pages("04_1_performance"), progress=False)
    finally:
        path.write_text(content, encoding="utf-8")
    for log in (root / "book" / "_generated").rglob("*.log.ipynb"):
        log.unlink()
    assert book.execute_notebooks(of_pages("04_1_performance"), progress=False) == 0


def test_executed_notebooks_hold_nothing_of_this_machine(root, built):
    for path in (root / "book" / "_generated").rglob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert str(root) not in text and str(REPOSITORY) not in text, path
        notebook = nbformat.read(path, as_version=4)
        assert set(notebook.metadata) == {"kernelspec", "language_info", "companion_stamp"}
        # What a page glues for another has a type of this name.
        assert "papermill" not in text.replace("application/papermill.record/", "")
        assert not any(path.parent.glob("*.log.ipynb"))


def test_a_page_offers_its_notebook_with_its_own_parameters(root, built):
    source = root / "_build" / "html" / "_sources" / f"{PLACE}/04_1_performance.ipynb"
    cells = nbformat.read(source, as_version=4).cells
    parameters = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(parameters) == 1
    assert 'profile = "tiny"  # @param [' in parameters[0].source


def test_the_second_time_nothing_is_executed(root, built):
    before = {path: path.stat().st_mtime_ns for path in (root / "book").rglob("*.ipynb")}
    assert book.execute_notebooks(book.pages("tiny"), progress=False) == 0
    assert {path: path.stat().st_mtime_ns for path in (root / "book").rglob("*.ipynb")} == before


def stamp_of(page_):
    return book._stamp(page_, {}, book._result_files(stages.published_experiments()))


def test_a_changed_result_makes_its_pages_stale(root, built):
    page_ = next(one for one in book.pages("tiny") if one.source.stem == "02_1_subsets")
    before = stamp_of(page_)
    lost = page_.experiments[0].folder / "metrics.json"
    content = lost.read_bytes()
    try:
        lost.unlink()
        assert stamp_of(page_) != before
    finally:
        lost.write_bytes(content)
    assert stamp_of(page_) == before


def test_what_the_code_reads_beside_itself_and_the_address_make_pages_stale(
    root, built, monkeypatch
):
    page_ = next(one for one in book.pages("tiny") if one.place is None)
    sums = {}
    before = book._stamp(page_, sums, [])
    (curve,) = [path for path in sums if path.name == "severity_curve.json"]
    assert book._stamp(page_, {curve: "another"}, []) != before
    monkeypatch.setattr(book, "repository_url", lambda: "https://example.org/companion")
    assert book._stamp(page_, sums, []) != before


@pytest.mark.parametrize(
    "file", ["configs/other.yaml", "results/benchmarks/x.json", "results/reliability/x.json"]
)
def test_what_pages_of_the_whole_run_read_beside_makes_them_stale(root, built, file):
    whole, part = (
        next(one for one in book.pages("tiny") if not one.of and (one.place is None) == whole)
        for whole in (True, False)
    )
    before = [stamp_of(each) for each in (whole, part)]
    other = root / file
    other.parent.mkdir(parents=True, exist_ok=True)
    try:
        other.write_text((root / "configs" / "tiny.yaml").read_text())
        assert stamp_of(whole) != before[0]
        assert stamp_of(part) == before[1]
    finally:
        other.unlink()


def test_a_published_result_makes_the_pages_stale_whose_verdicts_it_judges(root, built):
    page_ = next(one for one in book.pages("tiny") if one.source.stem == "04_1_performance")
    profile = root / "configs" / f"{PUBLISHED_PROFILE}.yaml"
    profile.write_text((root / "configs" / "tiny.yaml").read_text())
    result = book.experiments(PUBLISHED_PROFILE)[0].folder / "metrics.json"
    try:
        before = stamp_of(page_)
        result.parent.mkdir(parents=True)
        result.write_text("{}")
        assert stamp_of(page_) != before
    finally:
        profile.unlink()
        shutil.rmtree(root / "results" / PUBLISHED_PROFILE)


def test_a_failing_notebook_is_one_sentence_and_leaves_its_log(root, tmp_path):
    source = tmp_path / "99_broken.py"
    source.write_text(
        '# %% tags=["parameters"]\nprofile = "quick"\n\n# %%\nraise ValueError("no such number")\n'
    )
    broken = book.Page(
        source=source,
        target=root / "book" / "_generated" / "broken" / "99_broken.ipynb",
        parameters={"profile": "tiny"},
    )
    with pytest.raises(CompanionError) as caught:
        book.execute_notebooks([broken], progress=False)
    message = str(caught.value)
    assert "\n" not in message
    assert "notebook 99_broken fails in cell" in message
    assert "ValueError: no such number" in message
    log = root / "book" / "_generated" / "broken" / "99_broken.log.ipynb"
    assert log.is_file() and "no such number" in log.read_text()
    assert not broken.target.exists()
    shutil.rmtree(log.parent)


def test_a_parameter_that_a_notebook_lacks_is_refused_before_any_kernel_starts(root):
    page_ = book.pages("tiny")[0]
    wrong = book.Page(source=page_.source, target=page_.target, parameters={"profil": "tiny"})
    with pytest.raises(CompanionError, match="unknown parameter 'profil': choose one of profile"):
        book.execute_notebooks([wrong], progress=False)


def test_a_warning_stops_the_build_and_is_told(root, built):
    prose = root / "book" / "data.md"
    text = prose.read_text(encoding="utf-8")
    try:
        prose.write_text(text + "\n[nowhere](no_such_page.md)\n", encoding="utf-8")
        with pytest.raises(CompanionError, match=r"does not build: .*no_such_page"):
            book.build(book.write_toc("tiny"))
        assert (root / "_build" / "build.log").is_file()
    finally:
        prose.write_text(text, encoding="utf-8")


# --- the committed book ---------------------------------------------------------------------


def test_the_committed_contents_are_the_published_profiles(tmp_path, monkeypatch):
    root = tmp_path / "checkout"
    shutil.copytree(REPOSITORY / "configs", root / "configs")
    shutil.copytree(REPOSITORY / "notebooks", root / "notebooks")
    listed = subprocess.run(
        ["git", "-C", str(REPOSITORY), "ls-files", "results/embedded"],
        capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    for name in listed:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    monkeypatch.setenv("COMPANION_ROOT", str(root))
    assert (REPOSITORY / "_toc.yml").read_text() == book.table_of_contents("embedded")


def test_every_prose_page_is_in_the_contents():
    contents = yaml.safe_load((REPOSITORY / "_toc.yml").read_text())
    listed = {chapter["file"] for part in contents["parts"] for chapter in part["chapters"]}
    prose = {f"book/{path.stem}" for path in (REPOSITORY / "book").glob("*.md")}
    assert prose <= listed


@pytest.mark.parametrize(
    ("stem", "title"),
    [
        ("03_fine_tuning", "3 Fine-tuning"),
        ("04_3_shap_difference", "4.3 SHAP difference"),
        ("A_4_threshold", "A.4 Threshold"),
    ],
)
def test_titles_follow_the_papers_sections(stem, title):
    assert names.section_title(stem) == title


def test_a_notebook_without_a_section_is_refused():
    with pytest.raises(CompanionError, match="name it <section>_<topic>"):
        names.section_title("Untitled")

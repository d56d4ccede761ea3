// Pages whose tables are folded get a field: it opens the tables with a word, and hides other rows,
// but not where rows share a heading.
document.addEventListener("DOMContentLoaded", () => {
  const folds = [...document.querySelectorAll("details.companion-fold")];
  if (folds.length < 3) return;
  const field = document.createElement("input");
  field.type = "search";
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  const label = document.createElement("label");
  label.className = "companion-filter";
  label.append("Show rows with ", field, " ", told);
  folds[0].closest("section").before(label); // above the heading of the first list
  field.addEventListener("input", () => {
    const word = field.value.trim().toLowerCase();
    let found = 0;
    for (const fold of folds) {
      const rows = [...fold.querySelectorAll("tbody tr")];
      const has = (row) => row.textContent.toLowerCase().includes(word);
      const shared = fold.querySelector("[rowspan]") !== null;
      for (const row of rows) row.hidden = !shared && !has(row);
      const shown = rows.filter(has).length;
      found += shown;
      fold.open = word !== "" && shown > 0;
    }
    told.textContent = word === "" ? "" : `${found} found`;
  });
});

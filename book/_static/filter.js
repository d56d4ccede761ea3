// Pages whose tables are folded get a field: it opens the tables with a word, and hides other rows.
document.addEventListener("DOMContentLoaded", () => {
  const folds = [...document.querySelectorAll("details.companion-fold")];
  if (folds.length < 3) return;
  const rowsOf = (fold) => [...fold.querySelectorAll("tbody tr")];
  const field = document.createElement("input");
  field.type = "search";
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  const label = document.createElement("label");
  label.className = "companion-filter";
  label.append("Show rows with ", field, " ", told);
  const place = folds[0].closest(".cell") ?? folds[0];
  place.before(label);
  field.addEventListener("input", () => {
    const word = field.value.trim().toLowerCase();
    let found = 0;
    for (const fold of folds) {
      const rows = rowsOf(fold);
      for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(word);
      const shown = rows.filter((row) => !row.hidden).length;
      found += shown;
      fold.open = word !== "" && shown > 0;
    }
    told.textContent = word === "" ? "" : `${found} found`;
  });
});

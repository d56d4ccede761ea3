// A table that is too wide for a narrow screen becomes a card for each row (companion.css): there,
// each cell is told the heading of its column.
document.addEventListener("DOMContentLoaded", () => {
  const narrow = matchMedia("(max-width: 600px)");
  const scrolled = ".companion-scroll, .pst-scrollable-table-container";
  const tables = [...document.querySelectorAll("table:has(> thead)")].filter((table) =>
    table.parentElement.matches(scrolled));

  const headings = (table) => {
    const found = [];
    for (const row of table.tHead.rows) {
      let at = 0;
      for (const cell of row.cells) {
        const words = cell.textContent.trim();
        for (const end = at + cell.colSpan; at < end; at += 1) {
          found[at] = [found[at], words].filter(Boolean).join(", ");
        }
      }
    }
    return found;
  };
  for (const table of tables) {
    const names = headings(table);
    for (const row of table.tBodies[0].rows) {
      // Headings of rows may span several of them; the cells are always the last ones.
      const cells = [...row.cells].filter((cell) => cell.tagName === "TD").reverse();
      cells.forEach((cell, at) => { cell.dataset.heading = names[names.length - 1 - at] ?? ""; });
    }
  }

  const fit = () => {
    for (const table of tables) {
      table.classList.remove("companion-cards");
      const around = table.parentElement;
      const tooWide = narrow.matches && around.scrollWidth > around.clientWidth;
      table.classList.toggle("companion-cards", tooWide);
    }
  };
  addEventListener("resize", fit);
  document.addEventListener("toggle", fit, true); // what is folded has no width
  fit();
});

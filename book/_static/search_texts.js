// Excerpts below search results without fetching pages, which a browser refuses from file://, and
// with the reader's words, where Sphinx looks for their stems ("accuraci").
// PAGE_TEXTS (search_pages.js, written by the build) has each page's text by its address.
window.fetch = (address) => {
  const page = address.slice(document.documentElement.dataset.content_root.length);
  return Promise.resolve(new Response(PAGE_TEXTS[page] ?? ""));
};

Search.makeSearchSummary = (text) => {
  const query = new URLSearchParams(window.location.search).get("q") ?? "";
  const places = query
    .toLowerCase()
    .split(/\s+/)
    .map((word) => text.toLowerCase().indexOf(word))
    .filter((place) => place >= 0);
  // Whole words: from a space before the first place to a space after it.
  const start = places.length ? text.lastIndexOf(" ", Math.min(...places) - 100) + 1 : 0;
  const end = start + 240 < text.length ? text.lastIndexOf(" ", start + 240) : text.length;
  const summary = document.createElement("p");
  summary.className = "context";
  summary.textContent = `${start ? "… " : ""}${text.slice(start, end)} …`;
  return summary;
};

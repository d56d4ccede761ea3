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
  const start = places.length ? Math.max(0, Math.min(...places) - 120) : 0;
  const summary = document.createElement("p");
  summary.className = "context";
  summary.textContent = `${start ? "… " : ""}${text.slice(start, start + 240).trim()} …`;
  return summary;
};

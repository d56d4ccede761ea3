// Sphinx's own scores, with the pages of one data set after those of the section they belong to.
var Scorer = {
  score: ([docname, title, anchor, descr, score, filename]) =>
    /^book\/_generated\/[^/]+\/[^/]+\/[^/]+\//.test(docname) ? score / 100 : score,
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};

// While a wide table reaches over the page's contents, these fold to one line that opens at a
// touch, as the theme folds them beside notes in the margin.
document.addEventListener("DOMContentLoaded", () => {
  const contents = document.querySelector(".bd-sidebar-secondary");
  if (!contents) return;
  const passing = new Set();
  const watch = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting, boundingClientRect } of changes) {
      const covers = boundingClientRect.right > contents.getBoundingClientRect().left;
      if (isIntersecting && covers) passing.add(target);
      else passing.delete(target);
    }
    contents.classList.toggle("hide", passing.size > 0);
  }, { rootMargin: "0px 0px -33% 0px" });
  document.querySelectorAll(".companion-scroll").forEach((table) => watch.observe(table));
});

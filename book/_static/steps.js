// Figures that are drawn at several steps get a slider, and show the step that it stands at.
document.addEventListener("DOMContentLoaded", () => {
  for (const figure of document.querySelectorAll(".companion-steps")) {
    const steps = [...figure.querySelectorAll(".companion-step")];
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: steps.length - 1, step: 1 });
    slider.value = steps.findIndex((step) => step.dataset.step === figure.dataset.start);
    const label = document.createElement("label");
    label.className = "companion-slider";
    label.append(`${figure.dataset.label} `, slider);
    figure.querySelector("figcaption").after(label);
    const show = () => {
      steps.forEach((step, at) => { step.hidden = at !== Number(slider.value); });
      slider.setAttribute("aria-valuetext", steps[slider.value].dataset.step);
    };
    slider.addEventListener("input", show);
    show();
  }
});

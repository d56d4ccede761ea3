// Figures with a view for each of several choices get radio buttons, and show the view that is chosen.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".companion-views").forEach((figure, number) => {
    const views = [...figure.querySelectorAll(".companion-view")];
    const first = views.find((view) => view.open);
    const chosen = { ...first.dataset };
    const show = () => {
      for (const view of views) {
        view.open = Object.keys(chosen).every((name) => view.dataset[name] === chosen[name]);
        view.hidden = !view.open;
      }
    };
    for (const name of Object.keys(chosen)) {
      const group = document.createElement("fieldset");
      group.className = "companion-choice";
      const legend = document.createElement("legend");
      legend.textContent = name[0].toUpperCase() + name.slice(1);
      group.append(legend);
      for (const value of new Set(views.map((view) => view.dataset[name]))) {
        const button = document.createElement("input");
        Object.assign(button, { type: "radio", name: `${name}-${number}`, value });
        button.checked = value === chosen[name];
        button.addEventListener("change", () => { chosen[name] = value; show(); });
        const label = document.createElement("label");
        label.append(button, ` ${value}`);
        group.append(label, " ");
      }
      views[0].before(group);
    }
    show();
  });
});

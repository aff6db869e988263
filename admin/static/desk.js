// The queue works without this; with it, one box ticks a whole page, and what is ticked is counted.
for (const form of document.querySelectorAll("form[data-tick-counter]")) {
  const ticks = [...form.elements].filter((element) => element.name === "entry");
  const all = [...form.elements].find((element) => "tickAll" in element.dataset);
  const output = form.querySelector("[data-words]");

  const count = () => {
    const ticked = ticks.filter((tick) => tick.checked).length;
    output.value = ticked ? output.dataset.words.replace("{number}", ticked.toLocaleString(document.documentElement.lang)) : "";
    all.checked = ticked > 0 && ticked === ticks.length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  all.hidden = ticks.length === 0;
  all.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
  });
  for (const element of form.elements) element.addEventListener("change", count);
  count();
}

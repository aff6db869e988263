// Every page works without this; with it, a summary of errors has the focus, and a choice acts as soon as it is made.
document.querySelector("[data-focus]")?.focus();
for (const form of document.querySelectorAll("form[data-act-on-change]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

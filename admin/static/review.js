// A review works without this; with it, one key answers. Whoever speaks to their computer, or types by accident, can switch
// the keys off; the browser remembers that.
const SWITCHED_OFF = "banyan-keys-off";
const hint = document.querySelector("[data-keys]");
const button = hint.querySelector("button");
const areOff = () => localStorage.getItem(SWITCHED_OFF) !== null;

const show = () => {
  hint.hidden = false;
  hint.classList.toggle("keys-off", areOff());
  button.textContent = areOff() ? button.dataset.keysOn : button.dataset.keysOff;
};
button.addEventListener("click", () => {
  if (areOff()) localStorage.removeItem(SWITCHED_OFF);
  else localStorage.setItem(SWITCHED_OFF, "");
  show();
});
show();

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, select, textarea");
  if (areOff() || isTyping || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const meant = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!meant) return;
  event.preventDefault();
  if (meant.matches("input")) meant.focus();
  else if (meant.matches("details")) {
    meant.open = true;
    meant.querySelector("select").focus();
  } else meant.click();
});

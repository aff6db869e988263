// Every page works without this; with it, a summary of errors has the focus, a choice acts as soon
// as it is made, and a chart that is wider than the screen shows its newest end.
document.querySelector("[data-focus]")?.focus();
for (const form of document.querySelectorAll("form[data-act-on-change]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
for (const frame of document.querySelectorAll("[data-newest]")) frame.scrollLeft = frame.scrollWidth;

// Figures that go on changing are fetched again, unless somebody is about to use them.
const LIVE_SECONDS = 15;
async function refresh() {
  const parts = document.querySelectorAll("[data-live]");
  if (document.hidden || [...parts].some((part) => part.contains(document.activeElement))) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[data-live]");
  if (fresh.length === parts.length) parts.forEach((part, index) => part.replaceWith(fresh[index]));
  else location.reload();
}
const live = document.querySelector("[data-live]");
if (live) setInterval(refresh, (Number(live.dataset.live) || LIVE_SECONDS) * 1000);

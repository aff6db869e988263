// The QR code of a claim slip leads to its page with the slip's text behind a #, which no server sees. Here it is filled in, and
// taken out of the address, so that it does not stay in the history.
const text = document.querySelector("[data-slip]");
if (text && location.hash.length > 1) {
  text.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
}

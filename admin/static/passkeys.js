// A form with `data-passkey` is shown where the browser knows passkeys. When it is sent, the browser is asked for one first, with
// the options at the form's address, and what it answers goes along.
const forms = window.PublicKeyCredential?.parseRequestOptionsFromJSON ? document.querySelectorAll("form[data-passkey]") : [];

async function ask(form) {
  const token = form.querySelector('[name="csrf_token"]').value;
  const answer = await fetch(form.dataset.passkey, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok) throw new Error(answer.statusText);
  const options = await answer.json();
  const credential = options.rp
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  form.querySelector('[name="answer"]').value = JSON.stringify(credential.toJSON());
  form.submit();
}

for (const form of forms) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const failure = form.querySelector("[data-passkey-failure]");
    failure.hidden = true;
    ask(form).catch(() => {
      failure.hidden = false;
    });
  });
}

// Security keys and passkeys: the browser asks the key, the form carries its answer (WebAuthn §5.1).
export function start(root) {
  if (!window.PublicKeyCredential) return;
  for (const form of root.querySelectorAll("form[data-key]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      if (form.querySelector("[data-result]").value) return;
      event.preventDefault();
      answer(form);
    });
  }
}

async function answer(form) {
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  try {
    const { publicKey } = JSON.parse(form.dataset.options);
    const credential = await navigator.credentials[form.dataset.key]({ publicKey: decoded(publicKey) });
    form.querySelector("[data-result]").value = JSON.stringify(encoded(credential));
  } catch {
    failed.hidden = false;
    return;
  }
  form.requestSubmit();
}

function decoded(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials]) {
    for (const one of list ?? []) one.id = bytes(one.id);
  }
  return options;
}

function encoded(credential) {
  const response = {};
  for (const name of ["attestationObject", "clientDataJSON", "authenticatorData", "signature", "userHandle"]) {
    const value = credential.response[name];
    if (value) response[name] = text(value);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

function bytes(base64url) {
  const plain = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

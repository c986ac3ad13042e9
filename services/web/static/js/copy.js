// Copy buttons: shown only where copying works, and they say when it is done.
const SAID_MS = 1600;

export function start(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const use = button.querySelector("use");
  const before = use.getAttribute("href");
  const label = button.getAttribute("aria-label");
  use.setAttribute("href", before.replace(/#.*/, "#check"));
  button.setAttribute("aria-label", "Copied");
  setTimeout(() => {
    use.setAttribute("href", before);
    if (label) button.setAttribute("aria-label", label);
    else button.removeAttribute("aria-label");
  }, SAID_MS);
}

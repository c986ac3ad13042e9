// A key that leads to a field, unless something is being typed.
export function start(root) {
  const field = root.querySelector("[data-shortcut]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== field.dataset.shortcut || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}

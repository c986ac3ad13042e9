// Proposes a name from the title until the name is typed by hand.
export function start(root) {
  for (const source of root.querySelectorAll("[data-slug-source]")) {
    const target = root.getElementById(source.dataset.slugSource);
    let own = target.value !== "";
    target.addEventListener("input", () => {
      own = target.value !== "";
    });
    source.addEventListener("input", () => {
      if (!own) target.value = slug(source.value);
    });
  }
}

export function slug(text) {
  const plain = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").slice(0, 40).replace(/^-+|-+$/g, "");
}

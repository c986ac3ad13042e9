// What is pointed at in a list stands out on its map, and the other way round.
export function start(root) {
  for (const hit of root.querySelectorAll("[data-hit]")) {
    const print = root.getElementById(hit.dataset.hit);
    if (!print) continue;
    const light = (on) => {
      for (const one of [hit, print]) one.classList.toggle("lit", on);
    };
    for (const one of [hit, print]) {
      one.addEventListener("pointerenter", () => light(true));
      one.addEventListener("pointerleave", () => light(false));
    }
    // A part of a picture that listens for the focus would be a stop of the Tab key.
    hit.addEventListener("focusin", () => light(true));
    hit.addEventListener("focusout", () => light(false));
  }
}

// A box drawn on a map goes into the field that holds one, and its form is sent. One unit is a degree.
const SMALLEST_PX = 6;
const SVG = "http://www.w3.org/2000/svg";

export function start(root) {
  for (const map of root.querySelectorAll("[data-draws]")) draws(map, root.getElementById(map.dataset.draws));
}

// A mouse draws at once; a finger scrolls the page until the button beside the map is pressed.
function draws(map, field) {
  const button = map.parentElement.querySelector("[data-draw]");
  let box = null;
  map.classList.add("drawable");
  button.parentElement.hidden = false;
  button.addEventListener("click", () => {
    const on = map.classList.toggle("drawing");
    button.setAttribute("aria-pressed", on);
  });
  map.addEventListener("pointerdown", (event) => {
    const scrolls = event.pointerType === "touch" && !map.classList.contains("drawing");
    if (event.button || scrolls) return;
    event.preventDefault();
    map.setPointerCapture(event.pointerId);
    box = new Box(map, event);
  });
  map.addEventListener("pointermove", (event) => box?.reach(event));
  map.addEventListener("pointercancel", () => {
    box?.remove();
    box = null;
  });
  map.addEventListener("pointerup", (event) => {
    const drawn = box;
    box = null;
    if (!drawn?.reach(event)) return drawn?.remove();
    field.value = drawn.edges();
    return field.form.requestSubmit();
  });
}

class Box {
  constructor(map, event) {
    this.map = map;
    this.from = event;
    this.rect = map.appendChild(document.createElementNS(SVG, "rect"));
    this.rect.classList.add("drawn");
  }

  // Whether it is large enough to be meant.
  reach(event) {
    const [one, other] = [this.from, event].map((each) => this.degrees(each));
    this.x = Math.min(one.x, other.x);
    this.y = Math.min(one.y, other.y);
    this.width = Math.abs(one.x - other.x);
    this.height = Math.abs(one.y - other.y);
    for (const name of ["x", "y", "width", "height"]) this.rect.setAttribute(name, this[name]);
    const { clientX, clientY } = this.from;
    return Math.hypot(event.clientX - clientX, event.clientY - clientY) >= SMALLEST_PX;
  }

  remove() {
    this.rect.remove();
  }

  degrees({ clientX, clientY }) {
    const matrix = this.map.getScreenCTM().inverse();
    return new DOMPoint(clientX, clientY).matrixTransform(matrix);
  }

  // West, south, east, north as far as a pixel tells; west > east over the antimeridian.
  edges() {
    const pixel = this.map.viewBox.baseVal.width / this.map.clientWidth;
    const digits = Math.max(0, Math.ceil(-Math.log10(pixel)));
    const latitude = (y) => Math.min(90, Math.max(-90, 90 - y));
    const sides = this.width >= 360 ? [-180, 180] : [turned(this.x - 180), turned(this.x + this.width - 180)];
    const edges = [sides[0], latitude(this.y + this.height), sides[1], latitude(this.y)];
    return edges.map((edge) => Number(edge.toFixed(digits))).join(", ");
  }
}

function turned(longitude) {
  return longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude;
}

// What may be meant is offered while it is typed: a combobox with a list (WAI-ARIA APG, Combobox).
const QUIET_MS = 150;
const SHORTEST = 2;
let lists = 0;

export function start(root) {
  for (const field of root.querySelectorAll("[data-suggests]")) new Suggestions(field).begin();
}

class Suggestions {
  constructor(field) {
    this.field = field;
    this.list = made("ul", { id: `suggestions-${(lists += 1)}`, class: "suggestions", role: "listbox" });
    this.list.setAttribute("aria-label", "Suggestions");
    this.told = made("span", { class: "unseen", role: "status" });
    this.timer = null;
    this.asking = null;
  }

  begin() {
    const said = { role: "combobox", "aria-autocomplete": "list", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(said)) this.field.setAttribute(name, value);
    this.field.form.append(this.list, this.told);
    this.close();
    this.field.addEventListener("input", () => this.soon());
    this.field.addEventListener("keydown", (event) => this.press(event));
    this.field.addEventListener("blur", () => this.close());
    // The field keeps the focus while something is chosen.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => go(event.target.closest("li")));
  }

  soon() {
    clearTimeout(this.timer);
    this.asking?.abort();
    if (this.field.value.trim().length < SHORTEST) return this.close();
    this.timer = setTimeout(() => this.ask(), QUIET_MS);
    return undefined;
  }

  async ask() {
    this.asking = new AbortController();
    const address = `${this.field.dataset.suggests}?${new URLSearchParams({ q: this.field.value })}`;
    try {
      const answer = await fetch(address, { signal: this.asking.signal });
      const { suggestions } = answer.ok ? await answer.json() : { suggestions: [] };
      this.show(suggestions);
    } catch {
      // Overtaken by what was typed next, or the site is away: the form works without.
    }
  }

  show(suggestions) {
    if (document.activeElement !== this.field) return;
    this.list.replaceChildren(...suggestions.map((one, place) => this.option(one, place)));
    this.open(suggestions.length > 0);
    const count = suggestions.length;
    this.told.textContent = count ? `${count} suggestion${count > 1 ? "s" : ""}` : "No suggestions";
  }

  option({ kind, value, title, address }, place) {
    const option = made("li", { id: `${this.list.id}-${place}`, role: "option", "aria-selected": "false" });
    option.dataset.address = address;
    for (const [name, text] of [["b", value], ["span", title], ["span", kind]]) {
      if (text) option.append(Object.assign(document.createElement(name), { textContent: text }), " ");
    }
    return option;
  }

  press(event) {
    if (event.isComposing || this.list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.choose(step);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.chosen) go(this.chosen);
    else return;
    event.preventDefault();
  }

  get chosen() {
    return this.list.querySelector("[aria-selected='true']");
  }

  // Beyond either end is the field itself.
  choose(step) {
    const options = [...this.list.children];
    const before = options.indexOf(this.chosen);
    const next = options[before < 0 && step < 0 ? options.length - 1 : before + step];
    for (const one of options) one.setAttribute("aria-selected", one === next);
    if (next) this.field.setAttribute("aria-activedescendant", next.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  open(on) {
    this.list.hidden = !on;
    this.field.setAttribute("aria-expanded", on);
    this.field.removeAttribute("aria-activedescendant");
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.told.textContent = "";
    this.open(false);
  }
}

function go(option) {
  if (option) location.assign(option.dataset.address);
}

function made(name, attributes) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

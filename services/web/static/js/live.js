// The page updates by itself: the server says that something changed, the changed blocks are fetched anew.
import { start as startTimes } from "./times.js";
import { start as startCopy } from "./copy.js";

const QUIET_MS = 200;
// Figures are added up a moment after the change they count, and nobody tells.
const SETTLED_MS = 2000;

export function start(root) {
  const place = root.querySelector("[data-events]");
  const page = new Live(place.dataset);
  // A hidden tab holds no connection: browsers allow only six to one server.
  document.addEventListener("visibilitychange", () => page.follow());
  window.addEventListener("pagehide", () => page.close());
  window.addEventListener("pageshow", () => page.follow());
  page.follow();
}

class Live {
  constructor({ events, fragment, key }) {
    this.events = events;
    this.fragment = fragment;
    this.key = key;
    this.source = null;
    this.timer = null;
    this.settling = null;
    this.asked = 0;
    this.shown = 0;
    this.missed = false;
  }

  follow() {
    if (document.hidden) return this.close();
    if (this.source) return undefined;
    this.source = new EventSource(this.events);
    // Whatever happened while nobody listened is caught up with at once.
    this.source.addEventListener("open", () => this.missed && this.soon());
    this.source.addEventListener("changed", (event) => this.heard(JSON.parse(event.data)));
    this.source.addEventListener("error", () => {
      this.missed = true;
    });
    return undefined;
  }

  close() {
    this.source?.close();
    this.source = null;
    this.missed = true;
  }

  heard({ keys }) {
    if (!this.key || !keys.length || keys.includes(this.key)) this.soon();
  }

  soon() {
    this.missed = false;
    this.timer ??= setTimeout(() => this.refresh(), QUIET_MS);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.refresh(), SETTLED_MS);
  }

  async refresh() {
    this.timer = null;
    const turn = (this.asked += 1);
    const answer = await fetch(this.fragment, { headers: { "X-Fragment": "live" } });
    const html = await answer.text();
    // An answer that was overtaken by a later one is older than what is shown.
    if (!answer.ok || turn < this.shown) return;
    this.shown = turn;
    replace(html);
  }
}

// Blocks are known by their ids; one that did not change is left alone, with its focus and selection.
function replace(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const block of document.querySelectorAll("[data-live][id]")) {
    const next = fresh.getElementById(block.id);
    if (!next || next.dataset.live === undefined || same(block, next)) continue;
    const moved = document.importNode(next, true);
    const focused = block.contains(document.activeElement);
    block.replaceWith(moved);
    if (focused) moved.querySelector("a, button")?.focus();
    startCopy(moved);
  }
  startTimes(document);
}

// Relative times move on by themselves and copy buttons were shown: neither is a change.
function same(one, other) {
  return bare(one) === bare(other);
}

function bare(block) {
  const copy = block.cloneNode(true);
  for (const time of copy.querySelectorAll("time[data-ago]")) time.textContent = "";
  for (const button of copy.querySelectorAll("[data-copy]")) button.hidden = true;
  return copy.innerHTML;
}

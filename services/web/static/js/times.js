// "2 days ago" stays true while the page is open; counts as render/display.py does. What is to come
// has its day already.
const SPANS = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86400, 3600, "hour"],
  [604800, 86400, "day"],
  [2592000, 604800, "week"],
  [31536000, 2592000, "month"],
  [Infinity, 31536000, "year"],
];
const EVERY_MS = 20000;
const JUST_NOW_MS = 45000;
let running = false;

export function start(root) {
  for (const time of root.querySelectorAll("time[data-ago]")) {
    if (Date.parse(time.dateTime) < Date.now() + JUST_NOW_MS) time.textContent = ago(time.dateTime);
  }
  if (running) return;
  running = true;
  setInterval(() => start(document), EVERY_MS);
}

export function ago(moment, now = Date.now()) {
  const seconds = (now - Date.parse(moment)) / 1000;
  if (seconds * 1000 < JUST_NOW_MS) return "just now";
  const [, span, noun] = SPANS.find(([limit]) => seconds < limit);
  const count = Math.floor(seconds / span);
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"} ago`;
}

// The only module a page names. Each behaviour starts where the page asks for it; every page works without.
const BEHAVIOURS = {
  "[data-copy]": "copy",
  "time[data-ago]": "times",
  "[data-tabs]": "tabs",
  "[data-shortcut]": "shortcut",
  "[data-menu]": "menu",
  "[data-suggests]": "suggest",
  "[data-once]": "once",
  "form[data-key]": "keys",
  "[data-slug-source]": "slug",
  "[data-events]": "live",
  "form[data-upload]": "upload",
  "[data-draws]": "draw",
  "[data-hit]": "footprints",
};

for (const [selector, name] of Object.entries(BEHAVIOURS)) {
  if (document.querySelector(selector)) {
    import(`./${name}.js`).then((behaviour) => behaviour.start(document));
  }
}

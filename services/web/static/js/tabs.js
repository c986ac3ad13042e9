// Tabs that are links: with JavaScript the panel that is there already is shown, nothing is fetched.
export function start(root) {
  for (const group of root.querySelectorAll("[data-tabs]")) {
    for (const tab of group.querySelectorAll("[data-tab]")) {
      tab.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        show(group, tab.dataset.tab);
      });
    }
  }
}

function show(group, name) {
  for (const tab of group.querySelectorAll("[data-tab]")) {
    if (tab.dataset.tab === name) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  for (const panel of group.querySelectorAll("[data-panel]")) {
    panel.hidden = panel.dataset.panel !== name;
  }
}

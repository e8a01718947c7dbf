// A wide table scrolls within its frame: a keyboard must reach the frame. The buttons beside each code are a landmark:
// a screen reader must tell one from another.
let codes = 0;
const reachable = () => {
  for (const frame of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) {
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", "table");
  }
  for (const buttons of document.querySelectorAll("nav.md-code__nav:not([aria-label])")) {
    codes += 1;
    buttons.setAttribute("aria-label", `code ${codes}`);
  }
};
new MutationObserver(reachable).observe(document.documentElement, { childList: true, subtree: true });
reachable();

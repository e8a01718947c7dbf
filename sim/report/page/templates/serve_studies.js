/* Studies on demand: formulas under shocks; a district explained, or its page. */
"use strict";
(() => {
  const { find, make } = serve;
  const run = serve.asking({ stop: "study-stop", status: "study-status", refusal: "study-refusal" });
  function study(path, body) {
    find("study-found").hidden = true;
    find("study-status").textContent = "Starting ...";
    run(path, body, (found) => {
      if (found.text === undefined) { find("study-status").textContent = found.waits ? "Waits for another study ..." : `Runs, ${found.seconds} seconds ...`; return; }
      find("study-status").replaceChildren(found.page ? "Ready: " : "Ready.");
      if (found.page) { find("study-status").append(make("a", "open the page of the district", { href: `/found/${found.page}`, target: "_blank", rel: "noopener" })); }
      find("study-text").textContent = found.text || found.answer;
      if (find("study-rows")) { rows(found); }
      find("study-found").hidden = false;
      find("study-found").focus({ preventScroll: false });
    });
  }

  // Cells are a value and what stands below it; a formula's title stands alone in its row.
  function rows({ answer, rows: [head, ...others] }) {
    find("study-answer").textContent = answer;
    const top = make("tr");
    head.forEach(([said], n) => top.append(make("th", said.replaceAll("\n", " "), { scope: "col", ...(n ? { class: "number" } : {}) })));
    find("study-head").replaceChildren(top);
    find("study-rows").replaceChildren(...others.map(([[title], ...cells]) => {
      const row = make("tr");
      if (cells.every(([said]) => !said)) {
        row.append(make("th", title, { scope: "rowgroup", colspan: String(head.length) }));
        return row;
      }
      row.append(make("td", title.trim()));
      for (const [said, below] of cells) {
        const cell = make("td", said, { class: "number" });
        if (below) { cell.append(make("br"), make("span", below.replaceAll("\n", ", "), { class: "quiet" })); }
        row.append(cell);
      }
      return row;
    }));
  }

  const stress = find("stress-form");
  if (stress) {
    const there = Array.from(stress.querySelectorAll('input[name="bill"]'), (box) => box.value);
    for (const option of find("work-mine").children) {
      if (there.includes(option.value)) { continue; }
      const label = make("label");
      label.append(make("input", undefined, { type: "checkbox", name: "bill", value: option.value }), ` ${option.textContent} (mine)`);
      find("stress-bills").prepend(label);
    }
    const chosen = (name) => Array.from(stress.querySelectorAll(`input[name="${name}"]:checked`), (box) => box.value);
    stress.addEventListener("submit", (event) => { event.preventDefault(); study("/stress", { bills: chosen("bill"), scenarios: chosen("scenario") }); });
  }
  const district = find("district-form");
  if (district) {
    const asked = () => ({ district: find("district-choice").value, year: Number(find("district-year").value), cluster: find("district-cluster").value });
    district.addEventListener("submit", (event) => { event.preventDefault(); study("/explain", asked()); });
    find("district-page").addEventListener("click", () => study("/district", asked()));
  }
})();

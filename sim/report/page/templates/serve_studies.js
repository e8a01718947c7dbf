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
      find("study-found").hidden = false;
      find("study-found").focus({ preventScroll: false });
    });
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

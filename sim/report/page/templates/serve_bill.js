/* The page of a bill: its numbers run exactly, beside what the sliders answer; kept as a bill; its report made. */
"use strict";
(() => {
  const { find, make, grouped } = serve;
  const knobs = JSON.parse(find("bill-knobs").textContent);
  const data = find("explorer-data");
  const content = data ? JSON.parse(data.textContent) : null;
  const explorers = content ? explorerCore.read(content) : [];
  const root = find("explorer") || find("amounts");
  const inputs = Array.from(root.querySelectorAll('input[data-part="number"]'));
  const OUTCOMES = {
    per_100: ["Concentrators per 100 members", "rate"], taught: ["Concentrators taught", "heads"],
    reported: ["Concentrators reported", "heads"], credentials: ["Credentials", "heads"], pathways: ["Pathways", "heads"],
    owed: ["Owed by the state's lines", "dollars"], cost: ["State cost", "dollars"], moved: ["Moved inside the main formula", "dollars"],
  };
  let answer = null, ran = null, slid = null, explorer = null;

  const values = () => (knobs.length ? inputs.map((input) => (input.value.trim() === "" ? NaN : Number(input.value))) : null);
  const amount = (value, unit, signed) => {
    const size = Math.abs(value);
    const said = unit === "dollars" ? (size >= 1e6 ? `$${grouped(size / 1e6, size < 1e7 ? 2 : 1)}M` : `$${grouped(Number(size.toPrecision(3)))}`)
      : grouped(size, unit === "rate" ? 1 : 0);
    const nothing = !/[1-9]/.test(said);
    return (value < 0 && !nothing ? "\u2212\u2060" : signed && !nothing ? "+" : "") + said;
  };
  const error = (value, unit) => {
    const two = Number(value.toPrecision(2));
    const million = unit === "dollars" && two >= 1e5;
    return `\u00b1${unit === "dollars" ? "$" : ""}${million ? Number((two / 1e6).toPrecision(2)) : two.toLocaleString("en-US", { maximumFractionDigits: unit === "rate" ? 2 : 0 })}${million ? "M" : ""}`;
  };

  // What the sliders' emulator answers for the numbers that were run, over a span or a year.
  function emulated(name, span, change) {
    if (!slid) { return null; }
    const known = explorerCore.spans(explorer.years).find((one) => one.name === span);
    const at = known ? known.places : [explorer.years.indexOf(Number(span))];
    if (at[0] < 0) { return null; }
    const mine = explorerCore.overYears(explorer, slid.levels[name], at);
    const law = explorerCore.overYears(explorer, explorer.law[name], at);
    return explorerCore.band(change ? explorerCore.less(mine, law) : mine).mean;
  }

  function show() {
    if (!answer) { return; }
    const span = find("exact-span").value, change = find("exact-of").value === "change";
    const heads = ["Outcome", "Exact (90% of draws)", "Mean sure to", ...(content ? ["Sliders", "Exact less sliders"] : [])];
    find("exact-head").replaceChildren(...heads.map((head, at) => make("th", head, { scope: "col", ...(at ? { class: "number" } : {}) })));
    find("exact-rows").replaceChildren();
    for (const [name, [label, unit]] of Object.entries(OUTCOMES)) {
      if (name === "moved" && answer.outcomes.moved.level.by_year.every((band) => band[1] === 0 && band[2] === 0)) { continue; }
      const of = answer.outcomes[name][change ? "change" : "level"];
      const [mean, low, high, sure] = of[span] || of.by_year[answer.years.indexOf(Number(span))];
      const row = make("tr");
      row.append(make("th", label, { scope: "row" }));
      const cell = make("td", amount(mean, unit, change), { class: "number" });
      cell.append(make("small", `(${amount(low, unit, change)} to ${amount(high, unit, change)})`));
      row.append(cell, make("td", error(sure, unit), { class: "number" }));
      if (content) {
        const other = emulated(name, span, change);
        row.append(make("td", other === null ? "-" : amount(other, unit, change), { class: "number" }));
        row.append(make("td", other === null ? "-" : amount(mean - other, unit, true), { class: "number" }));
      }
      row.dataset.outcome = name;
      row.dataset.exact = String(mean);
      find("exact-rows").append(row);
    }
    const scenario = find("exact-scenario").selectedOptions[0].textContent;
    find("exact-caption").textContent = `${/^\d/.test(span) ? `FY${span}` : span}, a year, ${change ? "change from current law" : "level"}, scenario: ${ran.scenario || scenario}. Dollars are of FY${answer.years[0] - 1}.`;
    find("exact-answer").hidden = false;
  }

  const run = serve.asking({ stop: "exact-stop", status: "exact-status", refusal: "exact-refusal" });
  function start() {
    const wanted = values();
    if (wanted && wanted.some((value) => !Number.isFinite(value))) { find("exact-refusal").textContent = "A number of the bill is missing."; return; }
    const begun = performance.now();
    ran = { values: JSON.stringify(wanted), scenario: find("exact-scenario").selectedOptions[0].textContent };
    slid = null;
    explorer = explorers.find((one) => one.of.name === find("exact-scenario").value) || null;
    if (explorer) {
      try { slid = explorerCore.answer(explorer, wanted); } catch { slid = null; }
    }
    find("exact").classList.remove("stale");
    find("exact-status").textContent = "Running ...";
    run("/exact", { values: wanted, scenario: find("exact-scenario").value }, (found) => {
      answer = found;
      if (!find("exact-span").options.length) {
        for (const one of [...found.spans, ...found.years.map(String)]) { find("exact-span").append(make("option", /^\d/.test(one) ? `FY${one}` : one, { value: one })); }
      }
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      find("exact-status").textContent = found.draws < found.of
        ? `${found.draws} of ${found.of} draws after ${seconds} seconds; it goes on.` : `All ${found.of} draws, ${seconds} seconds.`;
      find("exact-status").dataset.draws = String(found.draws);
      show();
    });
  }
  find("exact-run").addEventListener("click", (event) => { event.preventDefault(); start(); });
  if (find("amounts-form")) { find("amounts-form").addEventListener("submit", (event) => { event.preventDefault(); start(); }); }
  if (find("amounts-reset")) { find("amounts-reset").addEventListener("click", () => { inputs.forEach((input, k) => { input.value = String(knobs[k].own); }); moved(); }); }
  for (const id of ["exact-span", "exact-of"]) { find(id).addEventListener("change", show); }

  // Numbers that have moved since are not those of the table.
  function moved() {
    if (!answer || JSON.stringify(values()) === ran.values) { find("exact").classList.remove("stale"); return; }
    find("exact").classList.add("stale");
    find("exact-status").textContent = "The numbers have moved since; run them again.";
  }
  root.addEventListener("input", moved);
  root.addEventListener("click", moved);

  const keeper = find("exact-keep");
  if (keeper) {
    keeper.addEventListener("click", async () => {
      try {
        const found = await serve.ask("/bills/keep", { values: values() });
        serve.keep("bills", { key: found.key, title: found.title });
        find("keep-status").replaceChildren("Kept as a bill of yours: ", make("a", found.title, { href: serve.address("/", { bill: found.key }) }), ". The pages on top take it too.");
      } catch (refused) { find("exact-refusal").textContent = refused.message; }
    });
  }

  const report = serve.asking({ stop: "report-stop", status: "report-status", refusal: "report-refusal" });
  find("report-run").addEventListener("click", () => {
    find("report-status").textContent = "Starting ...";
    report("/report", {}, (found) => {
      if (found.page) { find("report-status").replaceChildren("Ready: ", make("a", "open the report", { href: `/found/${found.page}`, target: "_blank", rel: "noopener" })); }
      else { find("report-status").textContent = found.waits ? "Waits for another study ..." : `Runs, ${found.seconds} seconds ...`; }
    });
  });
})();

/* The explorer in its page: sliders, choices and tables. */
(function () {
  if (typeof document === "undefined") { return; } // in Node.js, where the arithmetic is tested
  const root = document.getElementById("explorer");
  const data = document.getElementById("explorer-data");
  if (!root || !data) { return; }
  const core = explorerCore;
  const links = explorerLinks;
  const { grouped, amount, roughly, element, cell } = explorerWords;
  const content = JSON.parse(data.textContent);
  const explorers = core.read(content);
  const own = core.own(content);
  const spans = core.spans(content.years);
  const OUTCOMES = {
    per_100: { label: "Concentrators per 100 members", unit: "rate" },
    taught: { label: "Concentrators taught", unit: "heads" },
    reported: { label: "Concentrators reported", unit: "heads" },
    credentials: { label: "Credentials", unit: "heads" },
    pathways: { label: "Pathways", unit: "heads" },
    owed: { label: "Owed by the state's lines", unit: "dollars" },
    cost: { label: "State cost", unit: "dollars" },
    moved: { label: "Moved inside the main formula", unit: "dollars" },
  };
  const shown = core.SHOWN.filter((name) => name !== "moved" || content.scenarios[0].errors.some((one) => one.outcome === "moved"));
  let state = links.usual(content);
  // The sliders, what stands beside them, and the explorer of the scenario of each.
  let explorer, sliders, beside, other, still;
  // Of the chart, pixels: asked for when the window changes, as an answer makes the browser lay out all of the page.
  let wide = 0;

  function find(name) { return root.querySelector(`[data-part="${name}"]`); }
  function all(name) { return Array.from(root.querySelectorAll(`[data-part="${name}"]`)); }
  const numbers = all("number");
  const tracks = all("slider");
  const nows = all("now");

  function errorOf(outcome, span) {
    const found = explorer.of.errors.find((one) => one.outcome === outcome && one.span === span && one.number === "mean");
    return found ? found.p95 : NaN;
  }

  function places() {
    const chosen = find("span").value;
    const span = spans.find((one) => one.name === chosen);
    return span ? { name: span.name, error: span.name, at: span.places }
      : { name: `FY${chosen}`, error: "each year", at: [explorer.years.indexOf(Number(chosen))] };
  }

  // What stands beside the sliders, in words.
  function besideWords() {
    const [kind, name] = state.beside.split(/:(.*)/s);
    if (kind === "law") { return "Current law"; }
    if (kind === "formula") { return content.scenarios[0].compared.find((one) => one.name === name).title; }
    if (kind === "scenario") { return `Sliders, ${scenarioWords(content.scenarios.find((one) => one.name === name))}`; }
    return kind === "kept" ? "Bill B, kept" : "As written";
  }

  function scenarioWords(of) {
    return of.name === "baseline" ? "no shock" : of.title.charAt(0).toLowerCase() + of.title.slice(1);
  }

  function answered() {
    explorer = other = explorers[state.scenario];
    sliders = core.answer(explorer, state.values);
    const [kind, name] = state.beside.split(/:(.*)/s);
    if (kind === "scenario") {
      other = explorers.find((one) => one.of.name === name);
      beside = core.answer(other, state.values);
      still = null;
      return;
    }
    // What the sliders do not move is worked out once.
    const of = JSON.stringify([state.scenario, state.beside, kind === "kept" ? state.kept : null]);
    if (still === of) { return; }
    still = of;
    if (kind === "law") { beside = core.exactAnswer(explorer, explorer.of.current_law); }
    else if (kind === "formula") { beside = core.exactAnswer(explorer, explorer.of.compared.find((one) => one.name === name)); }
    else { beside = core.answer(explorer, kind === "kept" ? state.kept : own); }
  }

  function heads() {
    for (const head of all("beside-head")) { head.textContent = besideWords(); }
  }

  function table() {
    const body = find("results");
    const span = places();
    const change = find("of").value === "change";
    body.replaceChildren();
    for (const name of shown) {
      const of = OUTCOMES[name];
      const row = element("tr");
      const head = element("th", of.label);
      head.scope = "row";
      row.append(head);
      const sides = [[explorer, sliders], [other, beside]].map(([where, one]) => {
        const levels = core.overYears(where, one.shown[name], span.at);
        return { levels, draws: change ? core.less(levels, core.overYears(where, where.lawShown[name], span.at)) : levels };
      });
      const error = errorOf(name, span.error) * Math.abs(core.band(sides[0].levels).mean);
      row.append(cell(core.band(sides[0].draws), of.unit, change, error));
      row.append(cell(core.band(sides[1].draws), of.unit, change));
      row.append(cell(core.band(core.less(sides[0].draws, sides[1].draws)), of.unit, true));
      row.dataset.outcome = name;
      body.append(row);
    }
    const scenario = other === explorer ? `, ${scenarioWords(explorer.of)}` : "";
    find("caption").textContent = `${span.name}, a year, ${change ? "change from current law" : "level"}${scenario}. Below each mean:`
      + " where 90% of draws lie (5th to 95th percentile), and by how much the emulator missed the simulation at most"
      + ` in 95% of ${explorer.of.fresh} points that it had not seen. The last column is the difference of the two within each`
      + ` draw, on the same parameters and chance. Dollars are of FY${content.years[0] - 1}.`;
  }

  function chart() {
    const name = find("outcome").value;
    const of = OUTCOMES[name];
    const series = [
      { label: "current law", key: "law", levels: explorer.lawShown[name] },
      { label: state.beside === "written" ? "as written" : "beside", key: "written", levels: beside.shown[name] },
      { label: "sliders", key: "state", levels: sliders.shown[name] },
    ].filter((one) => one.key !== "written" || state.beside !== "law").map((one) => (
      { ...one, bands: content.years.map((_, t) => core.band(core.overYears(explorer, one.levels, [t]))) }
    ));
    explorerWords.chart(find("chart"), wide, of, content.years, series);
    const body = find("chart-numbers");
    body.replaceChildren();
    if (!body.closest("details").open) { return; } // filled when it is opened
    content.years.forEach((year, t) => {
      const row = element("tr");
      const head = element("th", `FY${year}`);
      head.scope = "row";
      row.append(head);
      for (const key of ["state", "written", "law"]) {
        row.append(cell((series.find((one) => one.key === key) || series[0]).bands[t], of.unit, false));
      }
      body.append(row);
    });
  }

  function place() {
    const of = content.districts;
    const chosen = find("place").value;
    const [kind, number] = chosen.split(":");
    const D = of.names.length;
    const members = kind === "state" ? of.names.map((_, d) => d)
      : kind === "group" ? of.groups[Number(number)].members : [Number(number)];
    const sum = (values, y) => members.reduce((total, d) => total + values[y * D + d], 0);
    const span = members.length > 1 ? "groups" : "districts";
    const errors = ["money", "taught"].map((name) => explorer.of.errors.find((one) => one.outcome === `district_${name}` && one.span === span).p95);
    const law = explorer.of.current_law;
    const body = find("place-results");
    body.replaceChildren();
    of.years.forEach((year, y) => {
      const heads = sum(explorer.of.district_members, y);
      const money = [sliders.districts.money, beside.districts.money, law.district_money];
      const taught = [sliders.districts.taught, beside.districts.taught, law.district_taught];
      const rows = [
        { label: "paid to districts", unit: "dollars", values: money, by: 1, error: errors[0] },
        { label: "paid for each member", unit: "dollars", values: money, by: heads, error: errors[0] },
        { label: "concentrators taught", unit: members.length > 1 ? "heads" : "rate", values: taught, by: 1, error: errors[1] },
        { label: "taught per 100 members", unit: "rate", values: taught, by: heads / 100, error: errors[1] },
      ];
      for (const one of rows) {
        const row = element("tr");
        const head = element("th", `FY${year}: ${one.label}`);
        head.scope = "row";
        row.append(head);
        const means = one.values.map((values) => one.by > 0 ? sum(values, y) / one.by : NaN);
        const said = (value, signed) => element("td", Number.isFinite(value) ? amount(value, one.unit, signed) : "n/a", "number");
        const first = said(means[0], false);
        if (Number.isFinite(means[0])) { first.append(element("small", `emulator \u00b1${roughly(one.error * Math.abs(means[0]), one.unit)}`)); }
        row.append(first, said(means[1], false), said(means[0] - means[1], true), said(means[2], false));
        body.append(row);
      }
    });
    const grade = (share) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}%`;
    find("place-note").textContent = `${grouped(sum(explorer.of.district_members, 0), 0)} members in grades 9-12 in FY${of.years[0]}, ${scenarioWords(explorer.of)}.`
      + ` Means over draws, dollars of FY${content.years[0] - 1}. In 95% of cases the emulator is within ${grade(errors[0])} of the`
      + ` simulation in money and ${grade(errors[1])} in concentrators, ${members.length > 1 ? "for groups of districts" : "for single districts"}.`
      + " What draws leave open of a district or group is not told here.";
  }

  function said(knob, value) { return knob.whole ? String(value) : grouped(value, value % 1 ? 2 : 0); }

  let saying = 0;
  function say(text) {
    window.clearTimeout(saying);
    saying = window.setTimeout(() => { find("status").textContent = text; }, 400);
  }

  function summary() {
    const span = spans[0];
    const parts = ["per_100", "cost"].map((name) => {
      const draws = core.less(core.overYears(explorer, sliders.shown[name], span.places), core.overYears(explorer, explorer.lawShown[name], span.places));
      return `${OUTCOMES[name].label.toLowerCase()} ${amount(core.band(draws).mean, OUTCOMES[name].unit, true)}`;
    });
    return `${span.name}, ${scenarioWords(explorer.of)}, change from current law: ${parts.join("; ")}.`;
  }

  function refuse(refused) {
    const knob = content.knobs[refused.knob];
    numbers[refused.knob].setAttribute("aria-invalid", "true");
    root.classList.add("refused");
    find("refusal").textContent = `${knob.label} ${refused.said}: ${said(knob, knob.low)} to ${said(knob, knob.high)}.`
      + ` The numbers below are those of the last values`
      + " that could be answered. To go further, write the bill and run it, or sweep a wider range: factors.formula."
      + `${knob.path}=[low,high].`;
  }

  // A large number once more, with its thousands apart, as a field for numbers cannot show them.
  function written(values) {
    content.knobs.forEach((knob, k) => { nows[k].textContent = !knob.whole && values[k] >= 1e4 ? `= ${said(knob, values[k])}` : ""; });
  }

  function update(values, keepHash) {
    const begun = performance.now();
    written(values);
    const refused = core.refusal(content, values);
    numbers.forEach((input) => input.removeAttribute("aria-invalid"));
    if (refused) { refuse(refused); return; }
    root.classList.remove("refused");
    find("refusal").textContent = "";
    state.values = values.slice();
    answered();
    heads();
    table();
    chart();
    place();
    if (find("file")) { find("file").textContent = file(state.values); }
    if (find("command")) { find("command").textContent = command(); }
    if (find("save-beside")) { find("save-beside").hidden = !["kept", "written"].includes(state.beside); }
    find("beside-note").textContent = besideNote();
    find("scenario-words").textContent = explorer.of.description;
    root.dataset.milliseconds = (performance.now() - begun).toFixed(1);
    say(summary());
    if (!keepHash) { remember(); }
  }

  // The address as the sliders stand: once they rest, as a browser takes few changes of it in a row.
  let resting = 0;
  function remember() {
    window.clearTimeout(resting);
    resting = window.setTimeout(() => window.history.replaceState(null, "", links.toHash(content, state)), 150);
  }

  function moved(values) {
    return content.knobs.map((knob, k) => [knob, values[k]]).filter(([knob, value]) => value !== knob.own);
  }

  function besideNote() {
    const [kind, name] = state.beside.split(/:(.*)/s);
    if (kind === "kept") {
      const parts = moved(state.kept).map(([knob, value]) => `${knob.label.toLowerCase()} ${said(knob, value)}`);
      return `Bill B: ${parts.length ? parts.join("; ") : "as written"}.`;
    }
    return kind === "formula" ? `Simulated as it is, without an emulator; cte-sim project ${name} runs it.` : "";
  }

  function command() {
    const scenario = explorer.of.name === "baseline" ? "" : ` scenario=${explorer.of.name}`;
    return `cte-sim project ${content.file_name}${scenario} draws=${explorer.draws} horizon=${content.years.length}`;
  }

  function file(values) {
    const changed = moved(values).map(([knob, value]) => `${knob.path}=${value}`);
    const from = `# ${changed.length ? `moved in the explorer: ${changed.join(", ")}` : "as written"}\n# bill ${content.provenance.formula.slice(0, 8)}`
      + `, run ${content.provenance.run.slice(0, 8)}\n`;
    return from + links.fileText(content, values);
  }

  function save(values, name) {
    const address = URL.createObjectURL(new Blob([file(values)], { type: "text/yaml" }));
    const anchor = element("a");
    anchor.href = address;
    anchor.download = name;
    anchor.click();
    window.setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  function current() { return numbers.map((input) => input.value.trim() === "" ? NaN : Number(input.value)); }

  // Of a slider: a round number near where it stands, so that values can be read.
  function rounded(knob, value) {
    if (knob.whole) { return Math.round(value); }
    const rough = (knob.high - knob.low) / 100;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [5, 2, 1].map((one) => one * power).find((one) => one <= rough * (1 + 1e-9));
    const near = Number((Math.round(value / step) * step).toPrecision(12));
    return Math.min(Math.max(near, knob.low), knob.high);
  }

  function put(values) {
    values.forEach((value, k) => {
      numbers[k].value = String(value);
      tracks[k].value = String(value);
      tracks[k].setAttribute("aria-valuetext", `${said(content.knobs[k], value)} ${content.knobs[k].unit}`);
    });
  }

  tracks.forEach((slider, k) => {
    slider.addEventListener("input", () => {
      const values = current();
      values[k] = rounded(content.knobs[k], Number(slider.value));
      numbers[k].value = String(values[k]);
      slider.setAttribute("aria-valuetext", `${said(content.knobs[k], values[k])} ${content.knobs[k].unit}`);
      update(values);
    });
  });
  numbers.forEach((input, k) => {
    input.addEventListener("input", () => {
      const values = current();
      if (Number.isFinite(values[k])) { tracks[k].value = String(values[k]); }
      update(values);
    });
  });
  find("controls").addEventListener("submit", (event) => event.preventDefault());
  for (const name of ["span", "of"]) { find(name).addEventListener("change", table); }
  find("outcome").addEventListener("change", chart);
  find("chart-numbers").closest("details").addEventListener("toggle", chart);
  find("place").addEventListener("change", place);
  find("reset").addEventListener("click", () => { put(own); update(own); });
  find("scenario").addEventListener("change", () => {
    state.scenario = Number(find("scenario").value);
    update(state.values);
  });
  find("beside").addEventListener("change", () => {
    state.beside = find("beside").value;
    update(state.values);
  });
  find("keep").addEventListener("click", () => {
    state.kept = state.values.slice();
    state.beside = "kept";
    choose();
    update(state.values);
    say(`${besideNote()} It now stands beside the sliders.`);
  });
  find("link").addEventListener("click", () => {
    const link = window.location.href.split("#")[0] + links.toHash(content, state);
    find("link-text").value = link;
    find("link-row").hidden = false;
    find("link-text").select();
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(link).then(() => say("The link is copied."), () => say("Copy the link from the field."));
    }
  });
  if (find("save")) {
    find("save").addEventListener("click", () => save(state.values, content.file_name));
    find("save-beside").addEventListener("click", () => {
      save(state.beside === "kept" ? state.kept : own, content.file_name.replace(".yaml", "_b.yaml"));
    });
  }

  function choices(select, options) {
    for (const [value, label] of options) {
      const made = element("option", label);
      made.value = value;
      select.append(made);
    }
  }
  choices(find("span"), [...spans.map((span) => [span.name, span.name]), ...content.years.map((year) => [String(year), `FY${year}`])]);
  choices(find("outcome"), shown.map((name) => [name, OUTCOMES[name].label]));
  choices(find("scenario"), content.scenarios.map((one, at) => [String(at), one.name === "baseline" ? "No shock (baseline)" : one.title]));
  choices(find("beside"), [
    ["written", "The bill as written"], ["law", "Current law"],
    ...content.scenarios[0].compared.map((one) => [`formula:${one.name}`, one.title]),
    ...(content.scenarios.length > 1 ? content.scenarios.map((one) => [`scenario:${one.name}`, `The sliders, ${scenarioWords(one)}`]) : []),
  ]);
  // The choices as the state has them; a bill that is kept is one of them once it is there.
  function choose() {
    find("scenario").value = String(state.scenario);
    const select = find("beside");
    if (state.kept && !select.querySelector('[value="kept"]')) { choices(select, [["kept", "Bill B, kept"]]); }
    select.value = state.beside;
  }
  choices(find("place"), [["state", "All districts"]]);
  for (const [label, options] of [
    ["Groups", content.districts.groups.map((group, at) => [`group:${at}`, `${group.name} (${group.by}, ${group.members.length})`])],
    ["Districts", content.districts.names.map((name, at) => [`district:${at}`, name]).sort((a, b) => a[1].localeCompare(b[1]))],
  ]) {
    const made = element("optgroup");
    made.label = label;
    choices(made, options);
    find("place").append(made);
  }

  function open() {
    const found = links.fromHash(content, window.location.hash);
    if (!found) { return false; }
    state = found.state;
    choose();
    put(state.values);
    update(state.values, true);
    find("refusal").textContent = found.wrong.join(" ");
    return true;
  }
  window.addEventListener("hashchange", open);
  // The sliders stay in sight beside what they bring, where a window has room for all of them.
  function measure() {
    wide = find("chart").clientWidth;
    root.classList.toggle("roomy", find("controls").offsetHeight + 16 < window.innerHeight);
  }
  window.addEventListener("resize", () => { measure(); chart(); });
  root.hidden = false;
  measure();
  put(own);
  if (open()) { root.scrollIntoView(); } else { update(own, true); }
}());

/* The explorer: sliders of a bill, answered in the page. The core is arithmetic alone, the same as
   sim/study/explore/predicting.py: it runs in Node.js too, where tests hold the two together. */
"use strict";

const explorerCore = (function () {
  const ROOT5 = Math.sqrt(5);
  const DIGITS = 1e6; // decimals in which inputs are stored
  const COUNTED = ["taught", "reported", "credentials", "pathways"];
  const SHOWN = ["per_100", "taught", "reported", "credentials", "pathways", "owed", "cost", "moved"];
  const PREFIX = "#explorer?";

  function read(content) {
    const inputs = content.knobs.length;
    const training = Float64Array.from(content.training);
    const outputs = {};
    for (const name of Object.keys(content.outputs)) {
      const found = content.outputs[name];
      outputs[name] = {
        center: Float64Array.from(found.center),
        basis: Float64Array.from(found.basis),
        processes: found.processes.map((one) => ({
          lengths: Float64Array.from(one.lengths),
          mean: Float64Array.from(one.mean),
          weights: Float64Array.from(one.weights),
        })),
      };
    }
    const explorer = {
      content, inputs, training, outputs,
      points: training.length / inputs, draws: content.draws, years: content.years,
    };
    explorer.law = lawLevels(explorer);
    return explorer;
  }

  function own(content) {
    return content.knobs.map((knob) => knob.own);
  }

  // Why these values are refused, or nothing.
  function refusal(content, values) {
    for (let k = 0; k < content.knobs.length; k += 1) {
      const knob = content.knobs[k];
      const value = values[k];
      if (!Number.isFinite(value)) { return { knob: k, said: "is no number" }; }
      if (value < knob.low || value > knob.high) { return { knob: k, said: "lies outside what was simulated" }; }
      if (knob.whole && value !== Math.trunc(value)) { return { knob: k, said: "is a whole number" }; }
    }
    return null;
  }

  // To the nearest whole number, halves to the even one.
  function nearest(value) {
    const below = Math.floor(value);
    const rest = value - below;
    if (rest < 0.5) { return below; }
    if (rest > 0.5) { return below + 1; }
    return below % 2 === 0 ? below : below + 1;
  }

  function unit(explorer, values) {
    return explorer.content.knobs.map((knob, k) => nearest((values[k] - knob.low) / (knob.high - knob.low) * DIGITS) / DIGITS);
  }

  function score(process, x, explorer) {
    const inputs = explorer.inputs;
    const training = explorer.training;
    let found = process.mean[0];
    for (let k = 0; k < inputs; k += 1) { found += process.mean[k + 1] * x[k]; }
    for (let n = 0; n < explorer.points; n += 1) {
      let squared = 0;
      for (let k = 0; k < inputs; k += 1) {
        const apart = (x[k] - training[n * inputs + k]) / process.lengths[k];
        squared += apart * apart;
      }
      const far = ROOT5 * Math.sqrt(squared);
      found += process.weights[n] * (1 + far + far * far / 3) * Math.exp(-far);
    }
    return found;
  }

  function emulate(explorer, values) {
    const x = unit(explorer, values);
    const found = {};
    for (const name of Object.keys(explorer.outputs)) {
      const output = explorer.outputs[name];
      const size = output.center.length;
      const numbers = Float64Array.from(output.center);
      output.processes.forEach((process, c) => {
        const of = score(process, x, explorer);
        for (let m = 0; m < size; m += 1) { numbers[m] += of * output.basis[c * size + m]; }
      });
      found[name] = numbers;
    }
    return found;
  }

  function valueOf(place, values, usual) {
    return place === null ? usual : values[place];
  }

  function lawLevels(explorer) {
    const law = explorer.content.current_law;
    const members = explorer.content.members;
    const found = {};
    for (const name of Object.keys(law)) { found[name] = Float64Array.from(law[name]); }
    found.per_100 = found.taught.map((heads, at) => 100 * heads / members[at]);
    return found;
  }

  function firstYear(explorer, values) {
    const first = explorer.content.first_year;
    return valueOf(first.knob, values, first.own);
  }

  // Dollars that were emulated by years since the bill began, in the years to which they belong.
  function sinceBegun(explorer, values, numbers) {
    const T = explorer.years.length;
    const first = firstYear(explorer, values);
    const shift = explorer.years.filter((year) => year < first).length;
    return numbers.map((_, at) => at % T < shift ? 0 : Math.max(numbers[at - shift], 0));
  }

  // What each line with a cap owes and pays: no more than is voted.
  function lines(explorer, values, emulated) {
    return explorer.content.lines.map((line) => {
      const due = sinceBegun(explorer, values, emulated[line.output]);
      const amount = valueOf(line.knob, values, line.own);
      return { due, paid: due.map((dollars, at) => Math.min(dollars, amount * line.unit[at])) };
    });
  }

  // Every outcome by draw and year, draw after draw.
  function levels(explorer, values, emulated, capped) {
    const T = explorer.years.length;
    const begun = explorer.years.map((year) => year >= firstYear(explorer, values));
    const found = {};
    for (const name of COUNTED) { found[name] = emulated[name]; }
    found.moved = emulated.moved.map((dollars) => Math.max(dollars, 0));
    found.per_100 = emulated.taught.map((heads, at) => 100 * heads / explorer.content.members[at]);
    found.owed = sinceBegun(explorer, values, emulated.uncapped);
    found.cost = found.owed.slice();
    for (const line of capped) {
      for (let at = 0; at < line.due.length; at += 1) {
        found.owed[at] += line.due[at];
        found.cost[at] += line.paid[at];
      }
    }
    for (const name of ["owed", "cost"]) {
      found[name] = found[name].map((dollars, at) => begun[at % T] ? dollars : explorer.law[name][at]);
    }
    return found;
  }

  function districts(explorer, values, emulated, capped) {
    const of = explorer.content.districts;
    const D = of.names.length;
    const T = explorer.years.length;
    const money = of.rest === null ? new Float64Array(D * of.years.length) : Float64Array.from(emulated[of.rest]);
    of.years.forEach((year, y) => {
      const t = explorer.years.indexOf(year);
      for (const part of of.lines) {
        let paid = 0;
        let due = 0;
        for (let r = 0; r < explorer.draws; r += 1) {
          paid += capped[part.line].paid[r * T + t];
          due += capped[part.line].due[r * T + t];
        }
        const share = due > 0 ? paid / due : 1;
        for (let d = 0; d < D; d += 1) { money[y * D + d] += Math.max(emulated[part.output][y * D + d], 0) * share; }
      }
      if (year < firstYear(explorer, values)) {
        for (let d = 0; d < D; d += 1) { money[y * D + d] = of.law_money[y * D + d]; }
      }
    });
    return { money, taught: emulated.district_taught.map((heads) => Math.max(heads, 0)) };
  }

  function answer(explorer, values) {
    const emulated = emulate(explorer, values);
    const capped = lines(explorer, values, emulated);
    return {
      values: values.slice(),
      levels: levels(explorer, values, emulated, capped),
      districts: districts(explorer, values, emulated, capped),
    };
  }

  // The mean of some years in each draw.
  function overYears(explorer, numbers, places) {
    const T = explorer.years.length;
    const found = new Float64Array(explorer.draws);
    for (let r = 0; r < explorer.draws; r += 1) {
      let sum = 0;
      for (const t of places) { sum += numbers[r * T + t]; }
      found[r] = sum / places.length;
    }
    return found;
  }

  function less(one, other) {
    return one.map((value, at) => value - other[at]);
  }

  function percentile(ordered, level) {
    const place = (ordered.length - 1) * level / 100;
    const below = Math.floor(place);
    const above = Math.min(below + 1, ordered.length - 1);
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below);
  }

  // Mean over draws and the ends of the interval beside it.
  function band(draws) {
    const ordered = Float64Array.from(draws).sort();
    const mean = ordered.reduce((sum, value) => sum + value, 0) / ordered.length;
    return {
      mean,
      low: Math.min(percentile(ordered, 5), mean),
      high: Math.max(percentile(ordered, 95), mean),
    };
  }

  function spans(years) {
    const found = [];
    for (const part of [years.slice(0, 5), years.slice(5, 10)]) {
      if (part.length) {
        const last = part[part.length - 1];
        const name = part.length === 1 ? `FY${part[0]}` : `FY${part[0]}-${String(last).slice(2)}`;
        found.push({ name, places: part.map((year) => years.indexOf(year)) });
      }
    }
    return found;
  }

  function text(value) {
    const said = String(value);
    return said.includes("e") ? value.toFixed(12).replace(/0+$/, "") : said;
  }

  function fileText(content, values) {
    return content.file.map((piece) => {
      if (typeof piece === "string") { return piece; }
      return piece.texts ? piece.texts[String(values[piece.knob])] : text(values[piece.knob]);
    }).join("");
  }

  function toHash(content, values) {
    const said = content.knobs.map((knob, k) => `${encodeURIComponent(knob.path)}=${text(values[k])}`);
    return PREFIX + said.join("&");
  }

  // The state in a link: values, those that it does not name as the bill has them, and what is wrong with it.
  function fromHash(content, hash) {
    if (!hash.startsWith(PREFIX)) { return null; }
    const values = own(content);
    const wrong = [];
    for (const part of hash.slice(PREFIX.length).split("&").filter((one) => one)) {
      const [key, written] = part.split("=");
      let path = key;
      try { path = decodeURIComponent(key); } catch (error) { path = key; }
      const place = content.knobs.findIndex((knob) => knob.path === path);
      const number = written && /^-?[0-9]+(\.[0-9]+)?$/.test(written) ? Number(written) : NaN;
      if (place < 0) {
        wrong.push(`The link names ${path}, which this explorer does not move.`);
        continue;
      }
      const tried = own(content);
      tried[place] = number;
      const refused = refusal(content, tried);
      if (refused) {
        wrong.push(`The link sets ${path} to ${written}, which ${refused.said}; it stays as written.`);
      } else {
        values[place] = number;
      }
    }
    return { values, wrong };
  }

  return {
    SHOWN, read, own, refusal, answer, overYears, less, band, spans, fileText, toHash, fromHash,
  };
}());

if (typeof module !== "undefined") { module.exports = explorerCore; }

if (typeof document !== "undefined") {
  (function () {
    const root = document.getElementById("explorer");
    const data = document.getElementById("explorer-data");
    if (!root || !data) { return; }
    const core = explorerCore;
    const content = JSON.parse(data.textContent);
    const explorer = core.read(content);
    const written = core.answer(explorer, core.own(content));
    const spans = core.spans(explorer.years);
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
    const shown = core.SHOWN.filter((name) => name !== "moved" || content.errors.some((one) => one.outcome === "moved"));
    let state = written;

    function find(name) { return root.querySelector(`[data-part="${name}"]`); }
    function all(name) { return Array.from(root.querySelectorAll(`[data-part="${name}"]`)); }
    const numbers = all("number");
    const sliders = all("slider");

    function grouped(value, digits) {
      return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    }

    function amount(value, unit, signed) {
      let said = "";
      const size = Math.abs(value);
      if (unit === "dollars") { said = size >= 1e6 || size === 0 ? `$${grouped(size / 1e6, size < 1e7 ? 2 : 1)}M` : `$${grouped(size, 0)}`; }
      else if (unit === "rate") { said = grouped(size, 1); }
      else { said = grouped(size, 0); }
      const nothing = !/[1-9]/.test(said);
      // The second sign keeps the first on the line of its number.
      const sign = value < 0 && !nothing ? "\u2212\u2060" : signed && !nothing ? "+" : "";
      return sign + said;
    }

    // A size in two digits that count: what is uncertain needs no more.
    function roughly(value, unit) {
      const two = Number(value.toPrecision(2));
      if (unit === "dollars" && two >= 1e5) { return `$${Number((two / 1e6).toPrecision(2))}M`; }
      return `${unit === "dollars" ? "$" : ""}${two.toLocaleString("en-US", { maximumFractionDigits: unit === "rate" ? 3 : 0 })}`;
    }

    // What the emulator may be off by: of 95% of fresh points, as a share of the level.
    function errorOf(outcome, span) {
      const found = content.errors.find((one) => one.outcome === outcome && one.span === span && one.number === "mean");
      return found ? found.p95 : NaN;
    }

    function element(tag, said, classes) {
      const made = document.createElement(tag);
      if (said !== undefined) { made.textContent = said; }
      if (classes) { made.className = classes; }
      return made;
    }

    function cell(band, unit, signed, error) {
      const made = element("td", amount(band.mean, unit, signed), "number");
      made.append(element("small", `${amount(band.low, unit, signed)} to ${amount(band.high, unit, signed)}`));
      if (error !== undefined) { made.append(element("small", `emulator \u00b1${roughly(error, unit)}`)); }
      return made;
    }

    function places() {
      const chosen = find("span").value;
      const span = spans.find((one) => one.name === chosen);
      return span ? { name: span.name, error: span.name, at: span.places }
        : { name: `FY${chosen}`, error: "each year", at: [explorer.years.indexOf(Number(chosen))] };
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
        const law = core.overYears(explorer, explorer.law[name], span.at);
        const sides = [written, state].map((one) => core.overYears(explorer, one.levels[name], span.at));
        const level = core.band(sides[1]).mean;
        const error = errorOf(name, span.error) * Math.abs(level);
        sides.forEach((draws, side) => {
          row.append(cell(core.band(change ? core.less(draws, law) : draws), of.unit, change, side ? error : undefined));
        });
        row.append(cell(core.band(core.less(sides[1], sides[0])), of.unit, true));
        row.dataset.outcome = name;
        body.append(row);
      }
      find("caption").textContent = `${span.name}, a year, ${change ? "change from current law" : "level"}. Below each mean:`
        + " where 90% of draws lie (5th to 95th percentile), and by how much the emulator missed the simulation at most"
        + ` in 95% of ${content.provenance.fresh} points that it had not seen. Dollars are of FY${content.years[0] - 1}.`;
    }

    const SVG = "http://www.w3.org/2000/svg";
    function draw(tag, attributes, said) {
      const made = document.createElementNS(SVG, tag);
      for (const name of Object.keys(attributes)) { made.setAttribute(name, attributes[name]); }
      if (said !== undefined) { made.textContent = said; }
      return made;
    }

    function ticks(low, high) {
      const rough = (high - low) / 5 || 1;
      const power = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
      const found = [];
      for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-9; at += step) { found.push(at); }
      return found;
    }

    function chart() {
      const name = find("outcome").value;
      const of = OUTCOMES[name];
      const years = explorer.years;
      const series = [
        { label: "current law", key: "law", levels: explorer.law[name] },
        { label: "as written", key: "written", levels: written.levels[name] },
        { label: "sliders", key: "state", levels: state.levels[name] },
      ].map((one) => ({ ...one, bands: years.map((_, t) => core.band(core.overYears(explorer, one.levels, [t]))) }));
      const place = find("chart");
      const W = Math.min(Math.max(place.clientWidth, 270), 640), H = Math.min(0.56 * W + 60, 320);
      const left = 56, right = 78, top = 12, bottom = 30, every = W < 420 ? 9 : 3;
      const values = series.flatMap((one) => one.bands.flatMap((band) => one.key === "law" ? [band.mean] : [band.low, band.high]));
      let low = Math.min(...values), high = Math.max(...values);
      if (low > 0 && low < 0.4 * high) { low = 0; }
      const room = (high - low || Math.abs(high) || 1) * 0.06;
      low = low === 0 ? 0 : low - room;
      high += room;
      const x = (t) => left + (years.length > 1 ? t / (years.length - 1) : 0.5) * (W - left - right);
      const y = (value) => top + (high - value) / (high - low) * (H - top - bottom);
      const svg = draw("svg", { viewBox: `0 0 ${W} ${H}`, "aria-hidden": "true", focusable: "false" });
      for (const value of ticks(low, high)) {
        svg.append(draw("line", { x1: left, x2: W - right, y1: y(value), y2: y(value), class: "grid" }));
        svg.append(draw("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, amount(value, of.unit, false)));
      }
      years.forEach((year, t) => {
        if (t % every === 0) {
          svg.append(draw("text", { x: x(t), y: H - 8, "text-anchor": "middle" }, `FY${year}`));
        }
      });
      const line = (bands) => bands.map((band, t) => `${t ? "L" : "M"}${x(t).toFixed(1)} ${y(band.mean).toFixed(1)}`).join("");
      for (const one of series) {
        if (one.key !== "law") {
          const there = one.bands.map((band, t) => `${t ? "L" : "M"}${x(t).toFixed(1)} ${y(band.high).toFixed(1)}`).join("");
          const back = one.bands.map((band, t) => `L${x(t).toFixed(1)} ${y(band.low).toFixed(1)}`).reverse().join("");
          svg.append(draw("path", { d: `${there}${back}Z`, class: `band ${one.key}` }));
        }
      }
      for (const one of series) { svg.append(draw("path", { d: line(one.bands), class: `line ${one.key}` })); }
      // Names at the ends of the lines, moved apart where they would lie on one another.
      const ends = series.map((one) => ({ one, at: y(one.bands[years.length - 1].mean) })).sort((a, b) => a.at - b.at);
      ends.forEach((end, place) => { if (place) { end.at = Math.max(end.at, ends[place - 1].at + 15); } });
      const over = ends[ends.length - 1].at - (H - bottom);
      ends.forEach((end) => {
        const at = end.at - Math.max(over, 0) + 4;
        svg.append(draw("text", { x: W - right + 6, y: at, class: `name ${end.one.key}` }, end.one.label));
      });
      const last = series.map((one) => `${one.label} ${amount(one.bands[years.length - 1].mean, of.unit, false)}`).join(", ");
      place.replaceChildren(svg);
      place.setAttribute("aria-label", `${of.label} by year. In FY${years[years.length - 1]}: ${last}. The numbers are in the table below.`);
      const body = find("chart-numbers");
      body.replaceChildren();
      years.forEach((year, t) => {
        const row = element("tr");
        const head = element("th", `FY${year}`);
        head.scope = "row";
        row.append(head);
        for (const one of series) { row.append(cell(one.bands[t], of.unit, false)); }
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
      const body = find("place-results");
      body.replaceChildren();
      of.years.forEach((year, y) => {
        const heads = sum(of.members, y);
        const rows = [
          { label: "paid to districts", unit: "dollars", values: [of.law_money, written.districts.money, state.districts.money], by: 1 },
          { label: "paid for each member", unit: "dollars", values: [of.law_money, written.districts.money, state.districts.money], by: heads },
          { label: "concentrators taught", unit: members.length > 1 ? "heads" : "rate", values: [of.law_taught, written.districts.taught, state.districts.taught], by: 1 },
          { label: "taught per 100 members", unit: "rate", values: [of.law_taught, written.districts.taught, state.districts.taught], by: heads / 100 },
        ];
        for (const one of rows) {
          const row = element("tr");
          const head = element("th", `FY${year}: ${one.label}`);
          head.scope = "row";
          row.append(head);
          for (const values of one.values) {
            row.append(element("td", one.by > 0 ? amount(sum(values, y) / one.by, one.unit, false) : "n/a", "number"));
          }
          body.append(row);
        }
      });
      const span = members.length > 1 ? "groups" : "districts";
      const errors = ["money", "taught"].map((name) => content.errors.find((one) => one.outcome === `district_${name}` && one.span === span).p95);
      const grade = (share) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}%`;
      find("place-note").textContent = `${grouped(sum(of.members, 0), 0)} members in grades 9-12 in FY${of.years[0]}.`
        + ` Means over draws, dollars of FY${content.years[0] - 1}. In 95% of cases the emulator is within ${grade(errors[0])} of the`
        + ` simulation in money and ${grade(errors[1])} in concentrators, ${members.length > 1 ? "for groups of districts" : "for single districts"}.`;
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
        const draws = core.less(core.overYears(explorer, state.levels[name], span.places), core.overYears(explorer, explorer.law[name], span.places));
        return `${OUTCOMES[name].label.toLowerCase()} ${amount(core.band(draws).mean, OUTCOMES[name].unit, true)}`;
      });
      return `${span.name}, change from current law: ${parts.join("; ")}.`;
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

    function update(values, keepHash) {
      const begun = performance.now();
      const refused = core.refusal(content, values);
      numbers.forEach((input) => input.removeAttribute("aria-invalid"));
      if (refused) { refuse(refused); return; }
      root.classList.remove("refused");
      find("refusal").textContent = "";
      state = core.answer(explorer, values);
      table();
      chart();
      place();
      if (find("file")) { find("file").textContent = file(); }
      root.dataset.milliseconds = (performance.now() - begun).toFixed(1);
      say(summary());
      if (!keepHash) { window.history.replaceState(null, "", core.toHash(content, values)); }
    }

    function file() {
      const moved = content.knobs.map((knob, k) => [knob, state.values[k]]).filter(([knob, value]) => value !== knob.own)
        .map(([knob, value]) => `${knob.path}=${value}`);
      const from = `# ${moved.length ? `moved in the explorer: ${moved.join(", ")}` : "as written"}\n# bill ${content.provenance.formula.slice(0, 8)}`
        + `, run ${content.provenance.run.slice(0, 8)}\n`;
      return from + core.fileText(content, state.values);
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
        sliders[k].value = String(value);
        sliders[k].setAttribute("aria-valuetext", `${said(content.knobs[k], value)} ${content.knobs[k].unit}`);
      });
    }

    sliders.forEach((slider, k) => {
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
        if (Number.isFinite(values[k])) { sliders[k].value = String(values[k]); }
        update(values);
      });
    });
    find("controls").addEventListener("submit", (event) => event.preventDefault());
    for (const name of ["span", "of"]) { find(name).addEventListener("change", table); }
    find("outcome").addEventListener("change", chart);
    find("place").addEventListener("change", place);
    find("reset").addEventListener("click", () => { const values = core.own(content); put(values); update(values); });
    find("link").addEventListener("click", () => {
      const link = window.location.href.split("#")[0] + core.toHash(content, state.values);
      find("link-text").value = link;
      find("link-row").hidden = false;
      find("link-text").select();
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(link).then(() => say("The link is copied."), () => say("Copy the link from the field."));
      }
    });
    if (find("save")) {
      find("save").addEventListener("click", () => {
        const address = URL.createObjectURL(new Blob([file()], { type: "text/yaml" }));
        const anchor = element("a");
        anchor.href = address;
        anchor.download = content.file_name;
        anchor.click();
        window.setTimeout(() => URL.revokeObjectURL(address), 1000);
      });
    }

    function choices(select, options) {
      for (const [value, label] of options) {
        const made = element("option", label);
        made.value = value;
        select.append(made);
      }
    }
    choices(find("span"), [...spans.map((span) => [span.name, span.name]), ...explorer.years.map((year) => [String(year), `FY${year}`])]);
    choices(find("outcome"), shown.map((name) => [name, OUTCOMES[name].label]));
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
      const found = core.fromHash(content, window.location.hash);
      if (!found) { return false; }
      put(found.values);
      update(found.values, true);
      find("refusal").textContent = found.wrong.join(" ");
      return true;
    }
    window.addEventListener("hashchange", open);
    window.addEventListener("resize", chart);
    root.hidden = false;
    put(core.own(content));
    if (open()) { root.scrollIntoView(); } else { update(core.own(content), true); }
  }());
}

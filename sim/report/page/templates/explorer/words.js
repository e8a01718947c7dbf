/* How an explorer writes its numbers, and its chart. */
const explorerWords = (function () {
  // Writers of numbers, made once each: to make one takes longer than all else that a move of a slider brings.
  const writers = new Map();
  function written(value, least, most) {
    const key = `${least} ${most}`;
    if (!writers.has(key)) {
      writers.set(key, new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most }));
    }
    return writers.get(key).format(value);
  }

  function grouped(value, digits) { return written(value, digits, digits); }

  function amount(value, unit, signed) {
    let said = "";
    const size = Math.abs(value);
    if (unit === "dollars") { said = size >= 1e6 ? `$${grouped(size / 1e6, size < 1e7 ? 2 : 1)}M` : `$${grouped(size, 0)}`; }
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
    return `${unit === "dollars" ? "$" : ""}${written(two, 0, unit === "rate" ? 3 : 0)}`;
  }

  // What the emulator may be off by: of 95% of fresh points, as a share of the level.
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

  // The lines and bands of a series by year, each with its name at the end, and what it shows in words; `width` is that
  // of its place, in pixels.
  function chart(place, width, of, years, series) {
    const W = Math.min(Math.max(width, 270), 640), H = Math.min(0.56 * W + 60, 320);
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
  }

  return { grouped, amount, roughly, element, cell, chart };
}());

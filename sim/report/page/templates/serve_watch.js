/* Watching a run: a map of districts by year, what each launched and closed, and why. */
"use strict";
(() => {
  const { find, make, grouped } = serve;
  const SVG = "http://www.w3.org/2000/svg";
  const SHADES = 5;
  const UP = "M0 -6L5.5 4.5L-5.5 4.5Z", DOWN = "M0 6L5.5 -4.5L-5.5 -4.5Z";
  let run = null, at = 0, chosen = 0, playing = null, told = null, ask = {};

  const draw = (tag, more) => {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(more)) { made.setAttribute(name, value); }
    return made;
  };
  const rate = (year, d) => (year.members[d] > 0 ? (100 * year.taught[d]) / year.members[d] : 0);
  const value = (year, d) => (find("watch-color").value === "rate" ? rate(year, d) : year.pathways[d]);
  const sites = (list, d) => list.filter((one) => one[0] === d);
  const named = (list, d) => sites(list, d).map(([, c, many]) => run.clusters[c] + (many > 1 ? ` (${many})` : "")).join(", ");
  const total = (numbers) => numbers.reduce((sum, one) => sum + one, 0);

  // Bounds of the shades: the same in all years, so that a color means the same.
  function bounds() {
    const all = run.years.flatMap((year) => run.districts.map((_, d) => value(year, d))).filter((one) => one > 0).sort((a, b) => a - b);
    if (!all.length) { return [0, 1, 2, 3]; }
    const found = [0.25, 0.5, 0.75].map((share) => all[Math.floor(share * (all.length - 1))]);
    const whole = find("watch-color").value !== "rate";
    return [0, ...found.map((one) => (whole ? Math.round(one) : Number(one.toFixed(1))))];
  }
  const shade = (limits, one) => limits.filter((limit) => one > limit).length;

  let places = [];
  function map() {
    const on = run.districts.map((one, d) => ({ ...one, d })).filter((one) => one.place).map((one) => ({ d: one.d, latitude: one.place[0], longitude: one.place[1] }));
    const W = Math.min(Math.max(find("watch-map").clientWidth, 300), 640), edge = 22;
    const norths = on.map((one) => one.latitude), easts = on.map((one) => one.longitude);
    const [south, north] = [Math.min(...norths), Math.max(...norths)], [west, east] = [Math.min(...easts), Math.max(...easts)];
    places = [];
    if (!on.length) {
      find("watch-map").replaceChildren(make("p", "These tables do not say where districts are, so there is no map; the table below holds the same."));
      find("watch-table").open = true;
      return;
    }
    const narrow = Math.cos(((south + north) / 2) * (Math.PI / 180));
    const wide = (east - west) * narrow || 1, scale = (W - 2 * edge) / wide;
    const H = Math.min(Math.max((north - south) * scale + 2 * edge, 120), 900);
    const down = (H - 2 * edge) / (north - south || 1);
    const svg = draw("svg", { viewBox: `0 0 ${W} ${H.toFixed(0)}`, role: "group", "aria-label": "Map of districts; the table below holds the same" });
    places = on.map((one) => ({ d: one.d, x: edge + (one.longitude - west) * narrow * scale, y: edge + (north - one.latitude) * down }));
    const most = Math.max(...run.years[0].members);
    // Large ones first, so that small ones lie on top.
    places.sort((a, b) => run.years[0].members[b.d] - run.years[0].members[a.d]);
    for (const place of places) {
      place.size = 4 + 14 * Math.sqrt(run.years[0].members[place.d] / most);
      place.dot = draw("circle", { cx: place.x.toFixed(1), cy: place.y.toFixed(1), r: place.size.toFixed(1), role: "button", tabindex: "-1" });
      place.title = draw("title", {});
      place.dot.append(place.title);
      place.dot.addEventListener("click", () => choose(place.d));
      place.dot.addEventListener("keydown", (event) => key(event, place));
      svg.append(place.dot);
    }
    const marks = draw("g", { "aria-hidden": "true" });
    svg.append(marks);
    svg.marks = marks;
    find("watch-map").replaceChildren(svg);
  }

  // Arrow keys: the nearest district in that direction.
  function key(event, from) {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(from.d); return; }
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way) { return; }
    event.preventDefault();
    let best = null, least = Infinity;
    for (const to of places) {
      const along = (to.x - from.x) * way[0] + (to.y - from.y) * way[1];
      const aside = Math.abs((to.x - from.x) * way[1]) + Math.abs((to.y - from.y) * way[0]);
      if (along > 0.5 && along + 2 * aside < least) { best = to; least = along + 2 * aside; }
    }
    if (best) { from.dot.setAttribute("tabindex", "-1"); best.dot.setAttribute("tabindex", "0"); best.dot.focus(); }
  }

  function legend(limits) {
    const rates = find("watch-color").value === "rate";
    const digit = (one) => grouped(one, rates ? 1 : 0);
    const said = limits.map((limit, n) => (n === 0 ? "none" : n === 1 ? `up to ${digit(limit)}` : `${digit(limits[n - 1])} to ${digit(limit)}`));
    said.push(`more than ${digit(limits[limits.length - 1])}`);
    const entries = said.slice(0, SHADES).map((words, n) => {
      const picture = draw("svg", { viewBox: "-9 -9 18 18", "aria-hidden": "true" });
      picture.append(draw("circle", { r: 7, class: `shade-${n}` }));
      return [picture, words];
    });
    for (const [d, words] of [[UP, "launched a site this year"], [DOWN, "closed a site this year"]]) {
      const picture = draw("svg", { viewBox: "-9 -9 18 18", "aria-hidden": "true" });
      picture.append(draw("path", { d }));
      entries.push([picture, words]);
    }
    find("watch-legend").replaceChildren(...entries.map(([picture, words]) => { const one = make("li"); one.append(picture, words); return one; }));
  }

  function show() {
    const year = run.years[at], limits = bounds();
    const before = year.year < run.takes_effect ? " (current law still holds)" : "";
    find("watch-title").textContent = `FY${year.year}, draw ${run.draw}: ${run.formula}${before}`;
    find("watch-year").value = String(at);
    find("watch-year").setAttribute("aria-valuetext", `FY${year.year}`);
    find("watch-back").disabled = at === 0;
    find("watch-on").disabled = at === run.years.length - 1;
    const begun = total(year.launched.map((one) => one[2])), ended = total(year.closed.map((one) => one[2]));
    find("watch-sums").textContent = `Statewide: ${grouped(total(year.taught))} concentrators taught (${grouped((100 * total(year.taught)) / total(year.members), 1)} per 100 members), ${grouped(total(year.pathways))} pathways; ${begun} site${begun === 1 ? "" : "s"} launched, ${ended} closed.`;
    const { marks } = find("watch-map").firstElementChild;
    if (marks) { marks.replaceChildren(); }
    for (const place of places) {
      const up = sites(year.launched, place.d).length > 0, gone = sites(year.closed, place.d).length > 0;
      place.dot.setAttribute("class", `shade-${shade(limits, value(year, place.d))}${place.d === chosen && told ? " chosen" : ""}`);
      const said = `${run.districts[place.d].name}: ${grouped(rate(year, place.d), 1)} taught per 100 members, ${grouped(year.pathways[place.d])} pathways`
        + `${up ? `; launched ${named(year.launched, place.d)}` : ""}${gone ? `; closed ${named(year.closed, place.d)}` : ""}`;
      place.title.textContent = said;
      place.dot.setAttribute("aria-label", said);
      if (up) { marks.append(draw("path", { d: UP, transform: `translate(${(place.x - (gone ? 6 : 0)).toFixed(1)} ${place.y.toFixed(1)})` })); }
      if (gone) { marks.append(draw("path", { d: DOWN, transform: `translate(${(place.x + (up ? 6 : 0)).toFixed(1)} ${place.y.toFixed(1)})` })); }
    }
    legend(limits);
    if (find("watch-table").open) { table(); }
    if (told) { tell(); }
  }

  function table() {
    const year = run.years[at];
    find("watch-caption").textContent = `FY${year.year}, one draw`;
    const rows = run.districts.map((one, d) => {
      const row = make("tr");
      row.append(make("th", one.name, { scope: "row" }));
      for (const said of [grouped(year.members[d]), grouped(year.taught[d], 1), grouped(rate(year, d), 1), grouped(year.pathways[d])]) { row.append(make("td", said, { class: "number" })); }
      row.append(make("td", named(year.launched, d)), make("td", named(year.closed, d)));
      return row;
    });
    find("watch-rows").replaceChildren(...rows);
  }

  function choose(d) {
    chosen = d;
    told = true;
    find("watch-district").value = String(d);
    show();
  }

  let latest = 0;
  async function tell() {
    const mine = (latest += 1), district = run.districts[chosen], year = run.years[at].year;
    find("watch-place").textContent = `${district.name}, FY${year}`;
    let found;
    try { found = await serve.ask("/watch/told", { ...ask, district: district.id, year }); } catch (refused) {
      if (mine === latest) { find("watch-story").replaceChildren(make("p", refused.message, { class: "serve-refusal" })); }
      return;
    }
    if (mine !== latest) { return; }
    const parts = [make("p", `${grouped(found.members)} members in grades 9 to 12; paid $${grouped(found.paid)} by the state's CTE lines; ${grouped(found.unserved)} students found no seat.`)];
    const list = make("ul");
    for (const said of found.said) { list.append(make("li", said)); }
    for (const one of found.why) { for (const said of one.said) { const line = make("li"); line.append(make("strong", `${one.cluster}: `), said); list.append(line); } }
    parts.push(list);
    const grid = make("table"), head = make("tr"), body = make("tbody"), top = make("thead");
    grid.append(make("caption", "Clusters this year; in brackets sections without an instructor"));
    ["Cluster", "Sites", "Students", "Taught", "Sections"].forEach((said, n) => head.append(make("th", said, { scope: "col", ...(n ? { class: "number" } : {}) })));
    top.append(head);
    for (const one of found.clusters) {
      const row = make("tr");
      row.append(make("th", one.name + (one.launched ? " \u25b2" : "") + (one.closed ? " \u25bc" : ""), { scope: "row" }));
      for (const said of [grouped(one.sites), grouped(one.participants), grouped(one.taught), grouped(one.sections) + (one.vacant ? ` (${grouped(one.vacant)})` : "")]) { row.append(make("td", said, { class: "number" })); }
      body.append(row);
    }
    grid.append(top, body);
    const scroll = make("div", undefined, { class: "scroll", role: "region", "aria-label": "Clusters this year", tabindex: "0" });
    scroll.append(grid);
    const more = make("p");
    more.append(make("a", "Number by number, over many draws", { href: serve.address("/districts", { district: district.id, year: String(year) }) }));
    find("watch-story").replaceChildren(...parts, found.clusters.length ? scroll : make("p", "It offers no pathway."), more);
  }

  function go(to) { at = Math.min(Math.max(to, 0), run.years.length - 1); show(); }
  function play(on) {
    window.clearInterval(playing);
    playing = on ? window.setInterval(() => { if (at === run.years.length - 1) { play(false); } else { go(at + 1); } }, 1200) : null;
    find("watch-play").textContent = on ? "Pause" : "Play";
    find("watch-play").setAttribute("aria-pressed", String(on));
  }
  find("watch-play").addEventListener("click", () => { if (!playing && at === run.years.length - 1) { go(0); } play(!playing); });
  find("watch-back").addEventListener("click", () => { play(false); go(at - 1); });
  find("watch-on").addEventListener("click", () => { play(false); go(at + 1); });
  find("watch-year").addEventListener("input", () => { play(false); go(Number(find("watch-year").value)); });
  find("watch-color").addEventListener("change", () => { if (run) { show(); } });
  find("watch-table").addEventListener("toggle", () => { if (run) { table(); } });
  find("watch-district").addEventListener("change", () => choose(Number(find("watch-district").value)));

  async function begin(event) {
    if (event) { event.preventDefault(); }
    play(false);
    find("watch-refusal").textContent = "";
    find("watch-status").textContent = "Running ...";
    const asked = { draw: find("watch-draw").value === "" ? null : Number(find("watch-draw").value), scenario: find("watch-scenario").value };
    try {
      const found = await serve.ask("/watch/run", asked);
      run = found;
      ask = asked;
    } catch (refused) {
      find("watch-status").textContent = "";
      find("watch-refusal").textContent = refused.message;
      return;
    }
    find("watch-status").textContent = "";
    find("watch-year").max = String(run.years.length - 1);
    const order = run.districts.map((one, d) => [one.name, d]).sort((a, b) => a[0].localeCompare(b[0]));
    find("watch-district").replaceChildren(...order.map(([name, d]) => make("option", name, { value: String(d) })));
    find("watch-district").value = String(chosen < run.districts.length ? chosen : 0);
    find("watch").hidden = false;
    map();
    if (places.length) { places[0].dot.setAttribute("tabindex", "0"); }
    go(Math.min(at, run.years.length - 1));
  }
  find("watch-form").addEventListener("submit", begin);
  begin();
})();

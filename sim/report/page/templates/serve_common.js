/* What the pages of cte-sim serve share: asking the server, answers line by line, and the choice of bill and tables. */
"use strict";
const serve = (() => {
  const token = document.querySelector('meta[name="page-token"]').content;
  const work = JSON.parse(document.getElementById("work").textContent);
  // A page tells itself apart, so that what it asks anew ends what it asked before.
  const page = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
  const find = (id) => document.getElementById(id);

  const post = (path, body, signal) => fetch(path, {
    method: "POST", signal, headers: { "Content-Type": "application/json", "X-Page-Token": token },
    body: JSON.stringify({ bill: work.bill, tables: work.tables, page, ...body }),
  });

  // One answer. Throws an Error whose message is the refusal.
  async function ask(path, body, signal) {
    const response = await post(path, body, signal);
    const found = await response.json();
    if (found.refused) { throw new Error(found.refused); }
    return found;
  }

  // Answers as they come, one a line.
  async function* lines(path, body, signal) {
    const response = await post(path, body, signal);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      rest += value || "";
      const parts = rest.split("\n");
      rest = done ? "" : parts.pop();
      for (const part of parts.filter(Boolean)) {
        const found = JSON.parse(part);
        if (found.refused) { throw new Error(found.refused); }
        yield found;
      }
      if (done) { return; }
    }
  }

  // A button that starts something long, and one that stops it; asked anew, what was asked before ends.
  function asking({ stop, status, refusal }) {
    let current = null;
    const end = () => { if (current) { current.abort(); current = null; } find(stop).disabled = true; };
    find(stop).addEventListener("click", () => { end(); find(status).textContent = "Stopped."; });
    return async (path, body, each) => {
      end();
      const mine = new AbortController();
      current = mine;
      find(stop).disabled = false;
      find(refusal).textContent = "";
      try {
        for await (const found of lines(path, body, mine.signal)) { if (current === mine) { each(found); } }
      } catch (error) {
        if (current === mine) {
          find(status).textContent = "";
          find(refusal).textContent = error instanceof TypeError ? "The program that serves this page does not answer." : error.message;
        }
      }
      if (current === mine) { end(); }
    };
  }

  const make = (tag, said, more = {}) => {
    const made = document.createElement(tag);
    if (said !== undefined) { made.textContent = said; }
    for (const [name, value] of Object.entries(more)) { made.setAttribute(name, value); }
    return made;
  };

  // What this browser's tab has sent: its keys are known to nobody else.
  const kept = (name) => JSON.parse(sessionStorage.getItem(name) || "[]");
  const keep = (name, one) => sessionStorage.setItem(name, JSON.stringify([...kept(name).filter((old) => old.key !== one.key), one]));
  const address = (path, choice) => {
    const query = new URLSearchParams({ bill: work.bill, tables: work.tables, ...choice });
    return `${path}?${query}`;
  };

  for (const [name, select, place] of [["bills", "work-bill", "work-mine"], ["tables", "work-tables", "work-tables"]]) {
    const there = Array.from(find(select).options, (option) => option.value);
    for (const one of kept(name)) {
      if (!there.includes(one.key)) { find(place).append(make("option", one.title, { value: one.key })); }
    }
    const known = kept(name).find((one) => one.key === find(select).value);
    if (known) { find(select).selectedOptions[0].textContent = known.title; }
    find(select).addEventListener("change", () => {
      window.location.assign(address(window.location.pathname, { [name === "bills" ? "bill" : "tables"]: find(select).value }));
    });
  }
  if (!find("work-mine").children.length) { find("work-mine").hidden = true; }
  find("work-form").addEventListener("submit", (event) => event.preventDefault());

  const writers = [0, 1, 2].map((digits) => new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  const grouped = (value, digits = 0) => writers[digits].format(value);

  return { work, find, ask, lines, asking, make, keep, address, grouped };
})();

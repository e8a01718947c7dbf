"use strict";
(() => {
  const save = (text, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const cell = (value) => {
    const text = String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const behind = JSON.parse(document.getElementById("figure-data").textContent);
  for (const button of document.querySelectorAll("button.copy")) {
    const name = button.dataset.figure;
    button.addEventListener("click", () => save(behind[name], `${name}.csv`));
  }

  const held = document.getElementById("district-data");
  if (!held) return;
  const data = JSON.parse(held.textContent);
  const table = document.getElementById("district-table");
  const [choice, filter, count] = ["district-formula", "district-filter", "district-count"].map((id) => document.getElementById(id));
  const writers = [0, 1, 2].map((digits) => new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  const grouped = (size, digits) => writers[digits].format(size);
  const shown = (value, column) => {
    if (column.kind === "text") return value;
    const sign = value < 0 ? "-" : column.kind === "rate" && value > 0 ? "+" : "";
    if (column.kind !== "dollars") return sign + grouped(Math.abs(value), column.decimals);
    // An estimate has three figures; the file has all.
    const size = Number(Math.abs(value).toPrecision(3));
    return sign + (size < 1e6 ? `$${grouped(size, 0)}` : `$${grouped(size / 1e6, size < 1e7 ? 2 : 1)}M`);
  };
  const at = (key) => data.columns.findIndex((column) => column.key === key);
  const low = at("gain_per_member_low"), high = at("gain_per_member_high");
  let order = { column: at("gain_per_member"), up: false };

  const rows = () => {
    const words = filter.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const texts = data.columns.map((column, place) => (column.kind === "text" ? place : -1)).filter((place) => place >= 0);
    const matching = data.rows[choice.value].filter((row) => {
      const text = texts.map((place) => row[place]).join(" ").toLocaleLowerCase();
      return words.every((word) => text.includes(word));
    });
    const { column, up } = order;
    return matching.sort((a, b) => {
      const way = typeof a[column] === "string" ? a[column].localeCompare(b[column], "en", { numeric: true }) : a[column] - b[column];
      return up ? way : -way;
    });
  };
  const draw = () => {
    const found = rows();
    const body = document.createElement("tbody");
    for (const row of found) {
      const line = body.insertRow();
      line.className = row[low] > 0 ? "gain" : row[high] < 0 ? "lose" : "";
      row.forEach((value, place) => {
        const column = data.columns[place];
        const td = place === 0 ? line.appendChild(Object.assign(document.createElement("th"), { scope: "row" })) : line.insertCell();
        if (column.kind !== "text") td.className = "number";
        if (column.key === "gain_per_member") td.className += " change";
        td.textContent = shown(value, column);
      });
    }
    table.tBodies[0].replaceWith(body);
    count.textContent = `${found.length} of ${data.rows[choice.value].length} shown`;
    [...table.tHead.rows[0].cells].forEach((th, place) => {
      if (place === order.column) th.setAttribute("aria-sort", order.up ? "ascending" : "descending");
      else th.removeAttribute("aria-sort");
    });
  };

  for (const [name, title] of Object.entries(data.formulas)) choice.add(new Option(title, name));
  data.columns.forEach((column, place) => {
    const th = document.createElement("th");
    th.scope = "col";
    if (column.kind !== "text") th.className = "number";
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: column.title });
    button.addEventListener("click", () => {
      order = { column: place, up: order.column === place ? !order.up : column.kind === "text" };
      draw();
    });
    th.append(button);
    table.tHead.rows[0].append(th);
  });
  choice.addEventListener("change", draw);
  filter.addEventListener("input", draw);
  document.getElementById("district-csv").addEventListener("click", () => {
    const lines = [data.columns.map((column) => cell(column.key)), ...rows().map((row) => row.map(cell))];
    save(lines.map((line) => line.join(",")).join("\n") + "\n", `districts_${choice.value}.csv`);
  });
  document.getElementById("district-browser").hidden = false;
  draw();
})();

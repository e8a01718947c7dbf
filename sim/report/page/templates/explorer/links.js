/* The state of an explorer as a link and as the file of a bill. */
const explorerLinks = (function () {
  const PREFIX = "#explorer?";
  const BESIDE = "beside."; // before the paths of the bill that is set beside
  const { own, refusal } = explorerCore;

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

  // A state: values, the place of its scenario, and what stands beside it. That is "written", "law", "formula:NAME",
  // "scenario:NAME" (the same values in another scenario) or "kept" with values of its own.
  function usual(content) {
    return { values: own(content), scenario: 0, beside: "written", kept: null };
  }

  function knobWords(content, values, before) {
    return content.knobs.map((knob, k) => `${encodeURIComponent(before + knob.path)}=${text(values[k])}`);
  }

  function toHash(content, state) {
    const said = knobWords(content, state.values, "");
    if (state.scenario !== 0) { said.push(`scenario=${encodeURIComponent(content.scenarios[state.scenario].name)}`); }
    if (state.beside !== "written") { said.push(`beside=${encodeURIComponent(state.beside)}`); }
    if (state.beside === "kept") { said.push(...knobWords(content, state.kept, BESIDE)); }
    return PREFIX + said.join("&");
  }

  function known(content, beside) {
    if (["written", "law", "kept"].includes(beside)) { return true; }
    const [kind, name] = beside.split(/:(.*)/s);
    const among = kind === "formula" ? content.scenarios[0].compared : kind === "scenario" ? content.scenarios : [];
    return among.some((one) => one.name === name);
  }

  // The state in a link, what it does not name as the bill has it, and what is wrong with it.
  function fromHash(content, hash) {
    if (!hash.startsWith(PREFIX)) { return null; }
    const state = usual(content);
    const kept = own(content);
    const wrong = [];
    for (const part of hash.slice(PREFIX.length).split("&").filter((one) => one)) {
      const [path, written] = part.split("=").map((one) => {
        try { return decodeURIComponent(one); } catch (error) { return one; }
      });
      if (path === "scenario") {
        const place = content.scenarios.findIndex((one) => one.name === written);
        if (place < 0) { wrong.push(`The link names the scenario ${written}, which this explorer does not hold.`); } else { state.scenario = place; }
        continue;
      }
      if (path === "beside") {
        if (!known(content, String(written))) { wrong.push(`The link sets ${written} beside the sliders, which this explorer does not hold.`); } else { state.beside = written; }
        continue;
      }
      const side = path.startsWith(BESIDE) ? kept : state.values;
      const key = path.startsWith(BESIDE) ? path.slice(BESIDE.length) : path;
      const place = content.knobs.findIndex((knob) => knob.path === key);
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
        side[place] = number;
      }
    }
    if (state.beside === "kept") { state.kept = kept; }
    return { state, wrong };
  }

  return { usual, fileText, toHash, fromHash };
}());

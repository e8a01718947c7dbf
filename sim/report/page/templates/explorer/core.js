/* The answers of an explorer: arithmetic alone, the same as sim/study/explore/predicting.py, to which tests hold it. */
const explorerCore = (function () {
  const ROOT5 = Math.sqrt(5);
  const DIGITS = 1e6; // decimals in which inputs are stored
  const { COUNTED, shown } = explorerCarried;
  const SHOWN = ["per_100", "taught", "reported", "credentials", "pathways", "owed", "cost", "moved"];

  // Of the content, one explorer for each scenario, in their order.
  function read(content) {
    return content.scenarios.map((of, place) => {
      const inputs = content.knobs.length;
      const training = Float64Array.from(of.training);
      const outputs = {};
      for (const name of Object.keys(of.outputs)) {
        const found = of.outputs[name];
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
        content, of, place, inputs, training, outputs,
        points: training.length / inputs, draws: of.draws, years: content.years,
      };
      explorer.law = exact(explorer, of.current_law);
      explorer.lawShown = shown(explorer, explorer.law);
      return explorer;
    });
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

  // A law that was simulated as it is: outcomes by draw and year, and what it votes.
  function exact(explorer, found) {
    const levels = {};
    for (const name of SHOWN) { if (name !== "per_100") { levels[name] = Float64Array.from(found[name]); } }
    levels.voted = Float64Array.from(found.voted);
    levels.per_100 = levels.taught.map((heads, at) => 100 * heads / explorer.of.members[at]);
    return levels;
  }

  function exactAnswer(explorer, found) {
    const levels = exact(explorer, found);
    return {
      levels, shown: shown(explorer, levels),
      districts: { money: Float64Array.from(found.district_money), taught: Float64Array.from(found.district_taught) },
    };
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
      const voted = Float64Array.from(explorer.of.units[line.name], (one) => amount * one);
      return { due, voted, paid: due.map((dollars, at) => Math.min(dollars, voted[at])) };
    });
  }

  // Every outcome by draw and year, draw after draw.
  function levels(explorer, values, emulated, capped) {
    const T = explorer.years.length;
    const begun = explorer.years.map((year) => year >= firstYear(explorer, values));
    const found = {};
    for (const name of COUNTED) { found[name] = emulated[name]; }
    found.moved = emulated.moved.map((dollars) => Math.max(dollars, 0));
    found.per_100 = emulated.taught.map((heads, at) => 100 * heads / explorer.of.members[at]);
    found.owed = sinceBegun(explorer, values, emulated.uncapped);
    found.cost = found.owed.slice();
    found.voted = found.owed.slice();
    for (const line of capped) {
      for (let at = 0; at < line.due.length; at += 1) {
        found.owed[at] += line.due[at];
        found.cost[at] += line.paid[at];
        found.voted[at] += line.voted[at];
      }
    }
    for (const name of ["owed", "cost", "voted"]) {
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
        for (let d = 0; d < D; d += 1) { money[y * D + d] = explorer.of.current_law.district_money[y * D + d]; }
      }
    });
    return { money, taught: emulated.district_taught.map((heads) => Math.max(heads, 0)) };
  }

  function answer(explorer, values) {
    const emulated = emulate(explorer, values);
    const capped = lines(explorer, values, emulated);
    const found = levels(explorer, values, emulated, capped);
    return {
      values: values.slice(), levels: found, shown: shown(explorer, found),
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

  return { SHOWN, read, own, refusal, answer, exactAnswer, overYears, less, band, spans };
}());

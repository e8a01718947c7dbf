/* What forecasts missed in other cases, carried as sim/report/shared/discrepancy.py carries it: numbers by draw and
   year, of which a year's mean over draws stays what it was. */
const explorerCarried = (function () {
  const COUNTED = ["taught", "reported", "credentials", "pathways"];

  function meanOfYear(values, T, t) {
    let sum = 0;
    for (let at = t; at < values.length; at += T) { sum += values[at]; }
    return sum / (values.length / T);
  }

  function times(values, factor, T) {
    const found = values.map((value, at) => value * factor[at]);
    for (let t = 0; t < T; t += 1) {
      const now = meanOfYear(found, T, t);
      const scale = now > 0 ? meanOfYear(values, T, t) / now : 1;
      for (let at = t; at < found.length; at += T) { found[at] *= scale; }
    }
    return found;
  }

  // The same of draws none of which exceeds its most: what one cannot carry, those that have room do.
  function within(values, factor, most, T) {
    const found = times(values, factor, T);
    for (let t = 0; t < T; t += 1) {
      for (;;) {
        let over = false, left = 0, free = 0;
        for (let at = t; at < found.length; at += T) {
          left += values[at];
          if (found[at] > most[at]) { over = true; }
          if (found[at] >= most[at]) { left -= most[at]; } else { free += found[at]; }
        }
        if (!over) { break; }
        const scale = free > 0 ? left / free : 0;
        for (let at = t; at < found.length; at += T) {
          found[at] = found[at] >= most[at] ? most[at] : found[at] * scale;
        }
      }
    }
    return found;
  }

  function carriedCount(values, reference, level, response, T) {
    const factor = level.map((one, at) => one * response[Math.floor(at / T)]);
    const own = times(reference, level, T);
    const above = times(values.map((value, at) => Math.max(value - reference[at], 0)), factor, T);
    const below = within(values.map((value, at) => Math.max(reference[at] - value, 0)), factor, own, T);
    return own.map((value, at) => value + above[at] - below[at]);
  }

  // Draws as distances from their year's mean, over it.
  function relative(values, T) {
    const found = values.slice();
    for (let t = 0; t < T; t += 1) {
      const mean = meanOfYear(values, T, t);
      for (let at = t; at < found.length; at += T) { found[at] = mean > 0 ? (values[at] - mean) / mean : 0; }
    }
    return found;
  }

  // By what part money rises if each of two counts does by one: least squares, the shortest of equal solutions.
  function elasticities(money, counts, T) {
    const y = relative(money, T);
    const [one, two] = counts.map((count) => relative(count, T));
    const product = (left, right) => left.reduce((sum, value, at) => sum + value * right[at], 0);
    const a = product(one, one), b = product(one, two), c = product(two, two);
    const p = product(one, y), q = product(two, y);
    const middle = (a + c) / 2, apart = Math.hypot((a - c) / 2, b);
    const most = middle + apart, least = middle - apart;
    let slopes = [0, 0];
    if (least > 1e-13 * most) {
      const determinant = a * c - b * b;
      slopes = [(c * p - b * q) / determinant, (a * q - b * p) / determinant];
    } else if (most > 0) {
      const length = Math.hypot(b, most - a);
      const way = length > 0 ? [b / length, (most - a) / length] : [1, 0];
      const along = (way[0] * p + way[1] * q) / most;
      slopes = [way[0] * along, way[1] * along];
    }
    slopes = slopes.map((slope) => Math.max(slope, 0));
    const together = Math.max(slopes[0] + slopes[1], 1);
    return slopes.map((slope) => slope / together);
  }

  function following(money, before, after, T) {
    const slopes = elasticities(money, before, T);
    const factor = money.map((_, at) => {
      let moved = 0;
      slopes.forEach((slope, k) => {
        if (before[k][at] > 0) { moved += slope * (after[k][at] - before[k][at]) / before[k][at]; }
      });
      return Math.max(1 + moved, 0);
    });
    return times(money, factor, T);
  }

  // What is paid, moved up as much as down in the mean over draws, and never beyond what is voted.
  function carriedPaid(levels, before, after, T) {
    const { owed, cost, voted } = levels;
    const follows = following(cost, before, after, T);
    const pays = follows.map((value, at) => {
      const limited = owed[at] > cost[at] * (1 + 1e-9) || voted[at] > cost[at] * (1 + 1e-9);
      return limited ? Math.min(value, Math.max(voted[at], cost[at])) : value;
    });
    const up = pays.map((value, at) => Math.max(value - cost[at], 0));
    const down = pays.map((value, at) => Math.max(cost[at] - value, 0));
    const found = cost.slice();
    for (let t = 0; t < T; t += 1) {
      const [more, less] = [meanOfYear(up, T, t), meanOfYear(down, T, t)];
      const most = Math.min(more, less);
      for (let at = t; at < found.length; at += T) {
        found[at] += (more > 0 ? most / more : 0) * up[at] - (less > 0 ? most / less : 0) * down[at];
      }
    }
    return found.map((value, at) => cost[at] > 0 ? value : 0);
  }

  function shown(explorer, levels) {
    const carried = explorer.content.discrepancy;
    if (!carried) { return levels; }
    const T = explorer.years.length;
    const found = { ...levels };
    for (const name of COUNTED) {
      found[name] = carriedCount(levels[name], explorer.law[name], carried.factors.levels[name], carried.factors.response, T);
    }
    const counted = ["reported", "credentials"];
    const before = counted.map((name) => levels[name]);
    const after = counted.map((name) => found[name]);
    found.owed = following(levels.owed, before, after, T);
    found.cost = carriedPaid(levels, before, after, T);
    found.per_100 = found.taught.map((heads, at) => 100 * heads / explorer.of.members[at]);
    return found;
  }

  return { COUNTED, shown };
}());

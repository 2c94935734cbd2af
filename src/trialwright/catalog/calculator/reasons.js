// Why a verdict is what it is: the same program asked again with one measure changed. No criterion stands here.
"use strict";
var Reasons = (function () {
  var NONE = [0n, 1n], ONE = [1n, 1n], MUCH = [10n ** 9n, 1n];

  function answersOf(program, given, changed) { return Engine.run(program, Object.assign({}, given, changed)); }

  // Whether something was typed for a measure: both visits of a pair, else its one field.
  function known(m, given) {
    var needed = m.kind === "pair" ? ["_b", "_f"].concat(m.parts.includes("_n") ? ["_n"] : []) : [""];
    return needed.every(function (part) { return Boolean(given[m.role + part]); });
  }
  function whole(m, given) { return known(m, given) && (!m.parts.includes("_range") || Boolean(given[m.role + "_range"])); }

  function used(m, program) {
    return m.parts.some(function (part) { return part !== "_scale" && program.columns.includes(m.role + part); });
  }

  // Questions that cannot be answered yes beside this one, and whether one of them is.
  function ruledBy(m, given) { return m.excludes.some(function (r) { return given[r] && given[r][0] === 1n; }); }

  // Whether a question has sense beside another answer: what a biopsy shows has none where there is no biopsy.
  function asked(m, given) {
    var other = m.only_with && given[m.only_with];
    return !other || other[0] !== 0n;
  }

  // The rows that differ in this measure alone, each with the word for what was done to it; none that cannot be.
  function changes(m, given, met) {
    if (m.kind === "yes_no") {
      var yes = given[m.role][0] === 1n;
      if (!yes && ruledBy(m, given)) return [];
      return [{ how: yes ? "without" : "withIt", row: set(m, [""], yes ? NONE : ONE) }];
    }
    if (m.kind === "number") return [{ how: "lower", row: set(m, [""], NONE) }, { how: "higher", row: set(m, [""], MUCH) }];
    var later = m.parts.filter(function (part) { return part === "_f" || part === "_n"; });
    if (met) return [{ how: "decisive", row: set(m, later, given[m.role + "_b"]) }];
    return [NONE, given[m.role + "_range"] || MUCH].map(function (end) { return { how: "moved", row: set(m, later, end) }; });
  }
  function set(m, parts, number) {
    var row = {};
    parts.forEach(function (part) { row[m.role + part] = number; });
    return row;
  }

  // [{how, verdict, measures}]: which single measures would have changed the verdict, and to what.
  function turning(program, measures, given, answers) {
    var found = [];
    measures.forEach(function (m) {
      if (!known(m, given)) return;
      changes(m, given, answers.verdict).forEach(function (each) {
        var verdict = answersOf(program, given, each.row).verdict;
        if (verdict === answers.verdict || (answers.verdict === false && verdict !== true)) return;
        var how = each.how === "moved" && answers.n_improved !== undefined ? "could" : each.how;
        var same = found.find(function (f) { return f.how === how && f.verdict === verdict; });
        if (!same) found.push(same = { how: how, verdict: verdict, measures: [] });
        if (!same.measures.includes(m)) same.measures.push(m);
      });
    });
    return found;
  }

  // What an open verdict waits for: where one answer alone could settle it, those; else all that is missing.
  function waiting(program, measures, given) {
    var gone = measures.filter(function (m) { return !whole(m, given) && !ruledBy(m, given) && asked(m, given); });
    var settling = gone.filter(function (m) {
      return m.kind === "yes_no" && [NONE, ONE].some(function (value) {
        return answersOf(program, given, set(m, [""], value)).verdict !== null;
      });
    });
    return settling.length ? settling : gone;
  }

  // What one present finding is worth, where the criterion adds up points.
  function worth(program, m, given) {
    var score = answersOf(program, given, set(m, [""], ONE)).score, without = answersOf(program, given, set(m, [""], NONE)).score;
    return score && without ? Engine.minus(score, without) : null;
  }

  return { asked: asked, known: known, ruledBy: ruledBy, used: used, turning: turning, waiting: waiting, worth: worth };
})();

// Exact numbers and the nodes of expression trees. No criterion stands here: a program is compiled from the catalog.
"use strict";
var Engine = (function () {
  // A number is [numerator, denominator], whole numbers of any size, the denominator above 0. Missing is null.
  var PLAIN = /^[+-]?[0-9]{1,40}(\.[0-9]{1,40}|\/[0-9]{0,40}[1-9][0-9]{0,40})?$/;

  function exact(text) {
    var written = String(text).trim();
    if (written === "") return null;
    if (!PLAIN.test(written)) throw new Error(written);
    var parts = written.split("/");
    if (parts.length === 2) return reduced(BigInt(parts[0].replace("+", "")), BigInt(parts[1]));
    var decimals = (written.split(".")[1] || "").length;
    return reduced(BigInt(written.replace("+", "").replace(".", "")), 10n ** BigInt(decimals));
  }

  function reduced(top, bottom) {
    var a = top < 0n ? -top : top, b = bottom;
    while (b) { var rest = a % b; a = b; b = rest; }
    return a > 1n ? [top / a, bottom / a] : [top, bottom];
  }

  function plus(a, b) { return reduced(a[0] * b[1] + b[0] * a[1], a[1] * b[1]); }
  function minus(a, b) { return reduced(a[0] * b[1] - b[0] * a[1], a[1] * b[1]); }
  function times(a, b) { return reduced(a[0] * b[0], a[1] * b[1]); }
  function over(a, b) { return b[0] < 0n ? reduced(-a[0] * b[1], -a[1] * b[0]) : reduced(a[0] * b[1], a[1] * b[0]); }

  function compared(a, op, b) {
    var left = a[0] * b[1], right = b[0] * a[1];
    switch (op) {
      case "<": return left < right;
      case "<=": return left <= right;
      case ">": return left > right;
      case ">=": return left >= right;
      case "==": return left === right;
      case "!=": return left !== right;
    }
    throw new Error("no comparison " + op);
  }

  function atLeast(count, truths) {
    var known = truths.filter(function (t) { return t === true; }).length;
    var open = truths.filter(function (t) { return t === null; }).length;
    return known >= count ? true : known + open >= count ? null : false;
  }

  function not(truth) { return truth === null ? null : !truth; }

  function step(node, row, slots) {
    var kind = node[0];
    function at(from) { return node.slice(from).map(function (place) { return slots[place]; }); }
    switch (kind) {
      case "Column": return row[node[1]] === undefined ? null : row[node[1]];
      case "Answered": return row[node[1]] !== undefined && row[node[1]] !== null;
      case "CodeIs": return row[node[1]] === undefined || row[node[1]] === null ? null : node[2].includes(row[node[1]]);
      case "Constant": return [BigInt(node[1]), BigInt(node[2])];
      case "Known": return node[1];
      case "Compare": {
        var sides = at(2);
        return sides[0] === null || sides[1] === null ? null : compared(sides[0], node[1], sides[1]);
      }
      case "AtLeast": return atLeast(node[1], at(2));
      // At most k hold exactly when k + 1 do not.
      case "AtMost": return not(atLeast(node[1] + 1, at(2)));
    }
    return combined(kind, at(1));
  }

  function combined(kind, of) {
    switch (kind) {
      case "Add": case "Subtract": case "Multiply":
        if (of[0] === null || of[1] === null) return null;
        return (kind === "Add" ? plus : kind === "Subtract" ? minus : times)(of[0], of[1]);
      case "Choose": return of[0] === null ? null : of[0] ? of[1] : of[2];
      case "OrElse": return of[0] === null ? of[1] : of[0];
      case "Not": return not(of[0]);
      case "Certain": return of[0] === true;
      case "CountTrue": return [BigInt(of.filter(function (t) { return t === true; }).length), 1n];
      case "All": return of.includes(false) ? false : of.includes(null) ? null : true;
      case "AnyOf": return of.includes(true) ? true : of.includes(null) ? null : false;
    }
    throw new Error("no node " + kind);
  }

  // The answers of a program to one row (column -> number, code or null), by name.
  function run(program, row) {
    var slots = [], answers = {};
    program.steps.forEach(function (node) { slots.push(step(node, row, slots)); });
    Object.keys(program.outputs).forEach(function (name) { answers[name] = slots[program.outputs[name]]; });
    return answers;
  }

  // "13/8" as it is: lowest terms.
  function fraction(number) { return number[1] === 1n ? String(number[0]) : number[0] + "/" + number[1]; }

  // A decimal for reading: in full where it ends within six places, else rounded half away from zero and marked.
  // `signed` puts a plus before what is above 0.
  function decimal(number, signed) {
    var plus_ = signed && number[0] > 0n ? "+" : "";
    for (var places = 0; places <= 6; places += 1) {
      if ((number[0] * 10n ** BigInt(places)) % number[1] === 0n) return plus_ + rounded(number, places);
    }
    return "\u2248\u202f" + plus_ + rounded(number, 2);
  }

  function rounded(number, places) {
    var top = number[0] < 0n ? -number[0] : number[0];
    var whole = (2n * top * 10n ** BigInt(places) + number[1]) / (2n * number[1]);
    var digits = String(whole).padStart(places + 1, "0");
    var sign = number[0] < 0n && whole > 0n ? "\u2212" : "";
    return sign + (places ? digits.slice(0, -places) + "." + digits.slice(-places) : digits);
  }

  return { exact: exact, run: run, over: over, times: times, minus: minus, compared: compared, fraction: fraction, decimal: decimal };
})();

// The calculator's page. Values live in the fields and behind the # of the address, and nowhere else.
"use strict";
(function () {
  var root = document.getElementById("calculator");
  if (!root) return;
  var fixed = root.getAttribute("data-language");
  var language = fixed || (/^zh/.test(navigator.language || "") ? "zh" : "en");
  var first = root.getAttribute("data-criterion");
  var criterion = CRITERIA.find(function (c) { return c.name === first; }) || CRITERIA[0], values = {};

  function w(key, fields) {
    return WORDS[language][key].replace(/\{(\w+)\}/g, function (_, name) { return fields[name]; });
  }
  function words(text) { return language === "zh" && text.zh ? text.zh : text.en; }
  function make(tag, attributes, children) {
    var element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) { element.setAttribute(name, attributes[name]); });
    (children || []).forEach(function (child) { element.append(child); });
    return element;
  }

  // A field as an exact number; a length may be a product, "15 x 200".
  function read(role, part) {
    var text = (values[role + part] || "").trim();
    if (part !== "_range" || !/[x*×]/i.test(text)) return Engine.exact(text);
    var factors = text.split(/[x*×]/i).map(Engine.exact);
    if (factors.length !== 2 || !factors[0] || !factors[1]) throw new Error(text);
    return Engine.times(factors[0], factors[1]);
  }

  function typed(m) { return m.parts.filter(function (part) { return part !== "_scale" && part !== "_higher_better"; }); }
  function hasPairs() { return criterion.measures.some(function (m) { return m.kind === "pair"; }); }
  function hasThird() { return criterion.measures.some(function (m) { return m.parts.includes("_n"); }); }

  // The row of the rule, and what is wrong with each measure: "" where nothing is.
  function row() {
    var made = {}, faults = {};
    criterion.measures.forEach(function (m) {
      faults[m.role] = "";
      if (m.parts.includes("_scale")) made[m.role + "_scale"] = [1n, 1n]; // values as typed: no common scale is needed
      typed(m).forEach(function (part) {
        try {
          var number = made[m.role + part] = read(m.role, part);
          var low = number && (part === "_range" ? number[0] <= 0n : number[0] < 0n);
          if (low) { faults[m.role] = w("negative"); made[m.role + part] = null; }
        } catch (error) { faults[m.role] = w("fault"); made[m.role + part] = null; }
      });
      var length = made[m.role + "_range"];
      if (length && m.bounded) ["_b", "_f", "_n"].forEach(function (part) {
        if (!made[m.role + part] || !Engine.compared(made[m.role + part], ">", length)) return;
        faults[m.role] = faults[m.role] || w("beyond");
        made[m.role + part] = null;
      });
    });
    // A link may hold an answer that is not asked for.
    criterion.measures.forEach(function (m) { if (!Reasons.asked(m, made)) made[m.role] = null; });
    // Two answers that exclude each other, as a link may hold them: neither is believed.
    var ruled = criterion.measures.filter(function (m) { return made[m.role] && made[m.role][0] === 1n && Reasons.ruledBy(m, made); });
    ruled.forEach(function (m) { made[m.role] = null; faults[m.role] = w("exclude"); });
    return { row: made, faults: faults };
  }

  // The counts or points behind a verdict, what it waits for, and what alone would have changed it.
  function reasons(variant, given, answers) {
    var told = [], program = variant.program, measures = rolesOf(program);
    var worse = answers.n_worsened, improved = measures.filter(function (m) { return answers["improved_" + m.role]; }).length;
    if (answers.n_improved) told.push(w("improvedOf", { n: improved, of: measures.length }) + (worse ? w("semicolon") + w("worse", { n: worse[0] }) : ""));
    var low = answers.lower || answers.score, high = answers.upper;
    if (low && high) {
      var same = Engine.compared(low, "==", high);
      told.push(same ? w("points", { a: Engine.decimal(low) }) : w("between", { a: Engine.decimal(low), b: Engine.decimal(high) }));
    }
    if (answers.verdict === null) {
      var gone = Reasons.waiting(program, measures, given);
      if (gone.length) told.push(w("missing", { m: gone.map(label).join(comma()) }));
      return told;
    }
    var turning = Reasons.turning(program, measures, given, answers);
    turning.forEach(function (each) {
      told.push(w(each.how, { m: each.measures.map(label).join(or()), v: verdictWord(each.verdict) }));
    });
    if (!turning.length) told.push(w((answers.verdict ? "none" : "far") + (hasPairs() ? "" : "List")));
    return told;
  }
  function rolesOf(program) { return criterion.measures.filter(function (m) { return Reasons.used(m, program); }); }
  function label(m) { return words(m.label); }
  function or() { return language === "zh" ? "或" : " or "; }
  function comma() { return language === "zh" ? "、" : ", "; }
  function verdictWord(verdict) { return verdict === null ? w("open") : words(verdict ? criterion.met : criterion.unmet); }

  // How far a measure moved at a visit, in percent of its scale or its baseline, else as it is.
  function moved(answers, m, given, part) {
    var gain = part === "_f" ? answers["gain_" + m.role] : undefined, base = given[m.role + "_b"], now = given[m.role + part];
    if (!base || !now) return "";
    var change = gain || Engine.minus(now, base), over = answers["range_" + m.role] || base;
    if (over[0] === 0n) return Engine.decimal(change, true);
    var share = Engine.decimal(Engine.over(Engine.times(change, [100n, 1n]), over), true);
    return w(answers["range_" + m.role] ? "ofScale" : "ofBaseline", { p: share });
  }
  function effect(variant, answers, m, given) {
    var points = answers["points_" + m.role];
    if (points !== undefined) return points === null ? w("left") : w("pts", { p: Engine.decimal(points) });
    if (m.kind === "yes_no") return given[m.role] ? w("pts", { p: Engine.decimal(Reasons.worth(variant.program, m, given)) }) : w("left");
    if (!Reasons.known(m, given)) return w("gone");
    var better = answers["improved_" + m.role];
    if (better === undefined) return laterEffects(answers, m);
    var worse = answers["worsened_" + m.role];
    return better ? w("improved") : worse ? w("worsened") : better === null || worse === null ? w("left") : w("neither");
  }
  // Where worsening is judged, visit by visit.
  function laterEffects(answers, m) {
    return ["_f", "_n"].filter(function (part) { return answers["worse_" + m.role + part] !== undefined; }).map(function (part) {
      var worse = answers["worse_" + m.role + part];
      return worse === null ? w("left") : w(worse ? "worsened" : "neither");
    }).join(" / ");
  }
  // Pairs, and findings where the criterion adds up points that only present ones earn. A question on which others hang
  // (is there a biopsy?) earns none itself, though with it all the others earn different ones.
  function shownIn(variant, answers, given) {
    return rolesOf(variant.program).filter(function (m) {
      if (m.kind === "pair") return true;
      if (criterion.measures.some(function (other) { return other.only_with === m.role; })) return false;
      var worth = m.kind === "yes_no" && answers.score && given[m.role] && given[m.role][0] === 1n && Reasons.worth(variant.program, m, given);
      return worth && worth[0] > 0n;
    });
  }

  // The clauses of the rule one by one, at each visit where there are two.
  function clauseTable(answers) {
    var names = Object.keys(criterion.clauses);
    if (!names.length) return "";
    var ends = answers[names[0]] !== undefined ? [""] : ["_f", "_n"];
    var rows = names.map(function (name) {
      return make("tr", {}, [make("th", { scope: "row" }, [words(criterion.clauses[name])])].concat(ends.map(function (end) {
        var holds = answers[name + end];
        return make("td", {}, [w(holds === null ? "left" : holds ? "has" : "hasnot")]);
      })));
    });
    var head = ["clause"].concat(ends.length > 1 ? ["first", "second"] : ["holds"]).map(function (k) { return make("th", { scope: "col" }, [w(k)]); });
    return make("div", { class: "scroll", tabindex: "0" }, [make("table", {}, [make("thead", {}, [make("tr", {}, head)]), make("tbody", {}, rows)])]);
  }

  function variantCard(variant, given, first) {
    var answers = Engine.run(variant.program, given), verdict = answers.verdict;
    var kind = verdict === null ? "open" : verdict ? "yes" : "no";
    var list = make("ul", { class: "why" }, reasons(variant, given, answers).map(function (r) { return make("li", {}, [r]); }));
    var shown = shownIn(variant, answers, given), moves = !hasPairs() ? [] : hasThird() ? ["_f", "_n"] : ["_f"];
    var judged = shown.some(function (m) { return effect(variant, answers, m, given); });
    var body = shown.map(function (m) {
      var cells = moves.map(function (part) { return make("td", { class: "amount" }, [moved(answers, m, given, part)]); });
      return make("tr", {}, [make("th", { scope: "row" }, [label(m)])].concat(cells, judged ? [make("td", {}, [effect(variant, answers, m, given)])] : []));
    });
    var names = ["measure"].concat(hasThird() ? ["first", "second"] : moves.length ? ["change"] : [], judged ? ["counts"] : []);
    var head = make("thead", {}, [make("tr", {}, names.map(function (k) { return make("th", { scope: "col" }, [w(k)]); }))]);
    var table = make("div", { class: "scroll", tabindex: "0" }, [make("table", {}, [head, make("tbody", {}, body)])]);
    var detail = shown.length ? make("details", first ? { open: "" } : {}, [make("summary", {}, [w("details")]), table]) : "";
    var clauses = clauseTable(answers);
    var said = variant.said.map(function (each) { return make("li", {}, [words(each)]); });
    var reading = make("details", {}, [make("summary", {}, [w("parameters")]), make("ul", {}, said)]);
    return make("div", { class: "variant" }, [
      make("p", {}, [make("span", { class: "verdict " + kind }, [verdictWord(verdict)]), " ", make("span", { class: "name" }, [words(variant.title)])]),
      list, clauses, detail, said.length ? reading : ""
    ]);
  }

  function show() {
    var found = row(), area = document.getElementById("verdicts");
    criterion.measures.forEach(function (m) {
      var fault = document.getElementById("fault-" + m.role);
      if (m.only_with) fault.parentNode.hidden = !Reasons.asked(m, found.row);
      fault.textContent = found.faults[m.role];
      typed(m).forEach(function (part) {
        var input = document.getElementById(m.role + part);
        if (!input || m.kind === "yes_no") return;
        var bad = found.faults[m.role] && input.value.trim() && !found.row[m.role + part];
        input.classList.toggle("wrong", Boolean(bad));
        input.setAttribute("aria-invalid", bad ? "true" : "false");
      });
    });
    var some = criterion.measures.some(function (m) {
      return m.kind === "pair" ? found.row[m.role + "_b"] && found.row[m.role + "_f"] : found.row[m.role];
    });
    area.replaceChildren.apply(area, some ? criterion.variants.map(function (v, at) { return variantCard(v, found.row, at === 0); }) : [make("p", {}, [w(hasPairs() ? "nothing" : "nothingList")])]);
    remember();
  }

  function remember() {
    var kept = Object.keys(values).filter(function (k) { return values[k]; }).map(function (k) { return k + "=" + encodeURIComponent(values[k]); });
    history.replaceState(null, "", "#" + ["criterion=" + criterion.name].concat(kept).join("&"));
  }
  function recall() {
    location.hash.slice(1).split("&").forEach(function (pair) {
      var at = pair.indexOf("="), name = pair.slice(0, at), text = "";
      try { text = decodeURIComponent(pair.slice(at + 1)); } catch (error) { return; }
      if (name === "criterion") criterion = CRITERIA.find(function (c) { return c.name === text; }) || criterion;
      else if (/^[a-z0-9_]+$/.test(name)) values[name] = text.slice(0, 100);
    });
  }

  function entry(m, part, key) {
    var id = m.role + part;
    if (values[id] === undefined && part === "_range" && m.scales.length === 1) values[id] = m.scales[0];
    var input = make("input", { id: id, inputmode: "decimal", autocomplete: "off", "aria-describedby": "fault-" + m.role });
    input.value = values[id] || "";
    input.addEventListener("input", function () { values[id] = input.value; show(); });
    var children = [make("label", { for: id }, [w(key)]), input];
    if (part === "_range" && m.scales.length > 1) {
      input.setAttribute("list", id + "-offered");
      children.push(make("datalist", { id: id + "-offered" }, m.scales.map(function (s) { return make("option", { value: s }); })));
    }
    return make("div", { class: "entry" }, children);
  }

  // An answer of yes is one of no to what it excludes.
  function answered(m, value) {
    values[m.role] = value;
    if (value === "1") m.excludes.forEach(function (role) {
      values[role] = "0";
      var no = document.getElementById(role + "-0");
      if (no) no.checked = true;
    });
  }

  // Yes, no or not known: three buttons, because an empty box would look like "no".
  function question(m) {
    var name = "label-" + m.role;
    var offered = [["1", "has"], ["0", "hasnot"], ["", "unknown"]].map(function (each) {
      var input = make("input", { type: "radio", name: m.role, value: each[0], id: m.role + "-" + (each[0] || "open") });
      input.checked = (values[m.role] || "") === each[0];
      input.addEventListener("change", function () { answered(m, each[0]); show(); });
      return make("label", {}, [input, make("span", {}, [w(each[1])])]);
    });
    return make("div", { class: "question", role: "radiogroup", "aria-labelledby": name }, [
      make("span", { id: name }, [named(m)]), make("div", { class: "choices" }, offered), make("p", { class: "fault", id: "fault-" + m.role })
    ]);
  }
  function named(m) { return label(m) + (m.unit ? " (" + words(m.unit) + ")" : ""); }

  function measureFields(m) {
    if (m.kind === "yes_no") return question(m);
    var keys = { "": "now", _b: "baseline", _f: hasThird() ? "first" : "now", _n: "second", _range: "scale" };
    var fields = typed(m).map(function (part) { return entry(m, part, keys[part]); });
    if (m.kind === "number") return make("div", { class: "single" }, [
      make("label", { for: m.role }, [named(m)]), fields[0].lastChild, make("p", { class: "fault", id: "fault-" + m.role })
    ]);
    fields.unshift(make("legend", {}, [named(m)]));
    fields.push(make("p", { class: "fault", id: "fault-" + m.role }));
    return make("fieldset", typed(m).length > 2 ? { class: "scaled" } : {}, fields);
  }

  function draw() {
    document.documentElement.lang = w("language");
    var title = w(hasThird() ? "title_third" : hasPairs() ? "title_pair" : "title_list");
    if (!fixed) document.title = title + " · Trialwright";
    var choice = make("select", { id: "criterion" }, CRITERIA.map(function (c) {
      return make("option", Object.assign({ value: c.name }, c === criterion ? { selected: "" } : {}), [words(c.title)]);
    }));
    choice.addEventListener("change", function () { criterion = CRITERIA.find(function (c) { return c.name === choice.value; }); draw(); });
    var said = make("p", { class: "said", role: "status" });
    var fields = [make("h2", {}, [make("label", { for: "criterion" }, [w("criterion")])]), choice]
      .concat(criterion.measures.map(measureFields))
      .concat(criterion.hint ? [make("p", { class: "lead" }, [words(criterion.hint)])] : []);
    var switchLanguage = make("button", { type: "button", class: "switch", lang: language === "zh" ? "en" : "zh-Hans" }, [w("other")]);
    switchLanguage.addEventListener("click", function () { language = language === "zh" ? "en" : "zh"; draw(); });
    root.replaceChildren(
      make("div", { class: "head-line" }, [make("h1", {}, [title]), fixed ? "" : switchLanguage]),
      make("p", { class: "lead" }, [w(hasPairs() ? "lead" : "lead_list") + (language === "zh" ? "" : " ") + w("private")]),
      make("p", { class: "chart-only" }, [w("chart")]),
      make("div", { class: "layout" }, [
        make("form", { class: "card", autocomplete: "off" }, fields.concat([actions(said), said])),
        make("section", { class: "card", "aria-labelledby": "verdict-title" }, [
          make("h2", { id: "verdict-title" }, [w("results")]), make("div", { id: "verdicts", "aria-live": "polite" }), sources(), make("p", { class: "lead" }, [w("made")])
        ])
      ])
    );
    show();
  }

  function actions(said) {
    function button(key, act) {
      var made = make("button", { type: "button" }, [w(key)]);
      made.addEventListener("click", act);
      return made;
    }
    return make("div", { class: "actions" }, [
      button("link", function () {
        var copying = navigator.clipboard ? navigator.clipboard.writeText(location.href) : Promise.reject();
        copying.then(function () { said.textContent = w("copied"); }, function () { said.textContent = w("manual"); });
      }),
      button("print", function () { window.print(); }),
      button("clear", function () { values = {}; draw(); })
    ]);
  }

  function sources() {
    var items = criterion.sources.map(function (s) { return make("li", { lang: "en" }, [s.text + " (" + WORDS.en[s.seen] + ")"]); });
    return make("details", {}, [make("summary", {}, [w("sources")]), make("p", { lang: "en" }, [criterion.says]), make("ul", {}, items)]);
  }

  recall();
  draw();
  window.addEventListener("hashchange", function () { values = {}; recall(); draw(); });
})();

// The calculator's page. Values live in the fields and behind the # of the address, and nowhere else.
(function () {
  var WORDS = {
    en: {
      title: "Two visits, one verdict",
      lead: "Type the core set measures at baseline and now. Everything is computed here, in your browser, in exact numbers; nothing is sent or stored. Leave a field empty where nothing was measured.",
      criterion: "Response criterion", baseline: "Baseline", now: "Now", scale: "Scale length",
      results: "Verdict", link: "Copy link", print: "Print for the chart", clear: "Clear all",
      copied: "The link is copied. Whoever has it sees these values: they stand behind the # and never reach a server.",
      manual: "Copy the address of this page: it holds these values behind the #.",
      yes: "Responder", no: "Not a responder", open: "Undecided",
      improvedOf: "{n} of {of} measures improved", worse: "{n} counted as worse",
      points: "{a} points", between: "between {a} and {b} points",
      decisive: "Without the change in {m} alone the verdict would be: {v}.", could: "It would be a responder if {m} alone had become as good as it can be.",
      none: "No single measure decides: any one of them could have stayed as it was.", far: "No single measure alone could make it a responder.",
      missing: "Open because of what is missing: {m}.",
      nothing: "Type at least one measure at both visits.",
      details: "Measure by measure", parameters: "What this reading says", measure: "Measure", change: "Change", counts: "Counts as",
      ofBaseline: "{p} % of baseline", ofScale: "{p} % of scale", improved: "improved", worsened: "worse", neither: "neither", left: "open", pts: "{p} points", gone: "missing",
      fault: "Write a plain number such as 4.5 (a length may be 15 x 200), or leave the field empty.",
      negative: "No value lies below 0, and a scale is longer than 0.",
      beyond: "A value lies beyond the scale. Is its length right?",
      lengthHint: "CK 15 x, LDH, AST and ALT 3 x the upper limit of normal (adults, seen in a secondary source). That of aldolase, and those for children, were not seen in any source: use your own.",
      sources: "Sources", recalled: "from memory, not checked", secondary: "secondary source", original: "seen in the source",
      chart: "Name or number ____________________   Visits ______________ and ______________   Assessed by ____________________",
      made: "Computed by Trialwright from the catalog's own rule; a reading of numbers, not a decision about treatment.",
      other: "中文", language: "en"
    },
    zh: {
      title: "两次访视，一个结论",
      lead: "请输入基线和当前的核心指标。全部计算在您的浏览器中以精确数值完成，不发送、不保存任何数据。未测量的项目请留空。",
      criterion: "应答标准", baseline: "基线", now: "当前", scale: "量程",
      results: "结论", link: "复制链接", print: "打印存入病历", clear: "全部清空",
      copied: "链接已复制。持有链接者可看到这些数值；数值位于 # 之后，不会发送到服务器。",
      manual: "请复制本页地址，其中 # 之后含有这些数值。",
      yes: "应答", no: "无应答", open: "无法判定",
      improvedOf: "{of} 项指标中 {n} 项改善", worse: "{n} 项按恶化计",
      points: "{a} 分", between: "{a} 至 {b} 分之间",
      decisive: "若{m}无变化，结论将为：{v}。", could: "若仅{m}达到最佳值，即可判为应答。",
      none: "没有任何单项指标起决定作用。", far: "任何单项指标都不足以使其成为应答。",
      missing: "因缺失而无法判定：{m}。",
      nothing: "请至少输入一项指标的两次结果。",
      details: "逐项说明", parameters: "此解读的规定", measure: "指标", change: "变化", counts: "计为",
      ofBaseline: "基线的 {p}%", ofScale: "量程的 {p}%", improved: "改善", worsened: "恶化", neither: "无", left: "未定", pts: "{p} 分", gone: "缺失",
      fault: "请输入普通数字，如 4.5（量程可写作 15 x 200），或留空。",
      negative: "数值不能小于 0，量程须大于 0。",
      beyond: "有数值超出量程，请核对量程。",
      lengthHint: "成人 CK 为正常值上限的 15 倍，LDH、AST、ALT 为 3 倍（见于二手资料）；醛缩酶及儿童的倍数未见来源，请自行提供。",
      sources: "来源", recalled: "凭记忆，未核对", secondary: "二手资料", original: "已见原文",
      chart: "姓名或编号 ____________________   访视 ______________ 与 ______________   评估者 ____________________",
      made: "由 Trialwright 按其目录中的规则计算；仅为数值解读，不代替治疗决定。",
      other: "English", language: "zh-Hans"
    }
  };
  var root = document.getElementById("calculator");
  if (!root) return;
  var fixed = root.getAttribute("data-language");
  var language = fixed || (/^zh/.test(navigator.language || "") ? "zh" : "en");
  var criterion = CRITERIA[0], values = {};

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

  // The row of the rule, and what is wrong with each measure: "" where nothing is.
  function row() {
    var made = {}, faults = {};
    criterion.measures.forEach(function (m) {
      faults[m.role] = "";
      ["_b", "_f"].concat(m.scale ? ["_range"] : []).forEach(function (part) {
        try {
          var number = made[m.role + part] = read(m.role, part);
          var low = number && (part === "_range" ? number[0] <= 0n : number[0] < 0n);
          if (low) { faults[m.role] = w("negative"); made[m.role + part] = null; }
        } catch (error) { faults[m.role] = w("fault"); made[m.role + part] = null; }
      });
      var length = made[m.role + "_range"];
      var over = length && m.scales.length && ["_b", "_f"].some(function (part) {
        return made[m.role + part] && Engine.compared(made[m.role + part], ">", length);
      });
      if (over && !faults[m.role]) faults[m.role] = w("beyond");
    });
    return { row: made, faults: faults };
  }

  function verdictOf(program, given, changed) { return Engine.run(program, Object.assign({}, given, changed)).verdict; }
  function higherIsBetter(program, role) {
    var probe = {};
    probe[role + "_b"] = [1n, 1n]; probe[role + "_f"] = [2n, 1n];
    var gain = Engine.run(program, probe)["gain_" + role];
    return Boolean(gain && gain[0] > 0n);
  }

  // Which single measure decides: the same rule asked again with that measure unchanged, or as good as it can be.
  function reasons(variant, given, answers) {
    var told = [], program = variant.program, roles = rolesOf(program);
    var known = roles.filter(function (m) { return given[m.role + "_b"] && given[m.role + "_f"]; });
    var improved = answers.n_improved, worse = answers.n_worsened;
    if (improved) told.push(w("improvedOf", { n: improved[0], of: roles.length }) + (worse ? "; " + w("worse", { n: worse[0] }) : ""));
    if (answers.lower) {
      var same = Engine.compared(answers.lower, "==", answers.upper);
      told.push(same ? w("points", { a: Engine.decimal(answers.lower) }) : w("between", { a: Engine.decimal(answers.lower), b: Engine.decimal(answers.upper) }));
    }
    if (answers.verdict === null) {
      var gone = roles.filter(function (m) { return known.indexOf(m) < 0 || (m.scale && !given[m.role + "_range"]); });
      if (gone.length) told.push(w("missing", { m: gone.map(label).join(comma()) }));
      return told;
    }
    var decisive = known.map(function (m) {
      var changed = {};
      if (answers.verdict) changed[m.role + "_f"] = given[m.role + "_b"];
      else changed[m.role + "_f"] = higherIsBetter(program, m.role) ? given[m.role + "_range"] || [10n ** 9n, 1n] : [0n, 1n];
      return { m: m, verdict: verdictOf(program, given, changed) };
    }).filter(function (each) { return each.verdict !== answers.verdict && (answers.verdict || each.verdict === true); });
    [null, true, false].forEach(function (verdict) {
      var these = decisive.filter(function (each) { return each.verdict === verdict; });
      var fields = { m: these.map(function (each) { return label(each.m); }).join(or()), v: verdictWord(verdict) };
      if (these.length) told.push(w(answers.verdict ? "decisive" : "could", fields));
    });
    if (!decisive.length) told.push(w(answers.verdict ? "none" : "far"));
    return told;
  }
  function rolesOf(program) {
    return criterion.measures.filter(function (m) { return program.columns.indexOf(m.role + "_b") >= 0; });
  }
  function label(m) { return words(m.label); }
  function or() { return language === "zh" ? "或" : " or "; }
  function comma() { return language === "zh" ? "、" : ", "; }
  function verdictWord(verdict) { return w(verdict === null ? "open" : verdict ? "yes" : "no"); }

  function percent(answers, role) {
    var gain = answers["gain_" + role], base = answers["base_" + role], scale = answers["range_" + role];
    if (!gain) return "";
    var over = scale || base;
    if (!over || over[0] === 0n) return Engine.decimal(gain);
    var share = Engine.over(Engine.times(gain, [100n, 1n]), over);
    return w(scale ? "ofScale" : "ofBaseline", { p: Engine.decimal(share, true) });
  }
  function effect(answers, role) {
    var points = answers["points_" + role];
    if (points !== undefined) return points === null ? w("left") : w("pts", { p: Engine.decimal(points) });
    var better = answers["improved_" + role], worse = answers["worsened_" + role];
    if (!answers["gain_" + role]) return w("gone");
    return better ? w("improved") : worse ? w("worsened") : better === null || worse === null ? w("left") : w("neither");
  }

  function variantCard(variant, given, first) {
    var answers = Engine.run(variant.program, given), verdict = answers.verdict;
    var kind = verdict === null ? "open" : verdict ? "yes" : "no";
    var list = make("ul", { class: "why" }, reasons(variant, given, answers).map(function (r) { return make("li", {}, [r]); }));
    var body = rolesOf(variant.program).map(function (m) {
      return make("tr", {}, [make("th", { scope: "row" }, [label(m)]), make("td", { class: "amount" }, [percent(answers, m.role)]), make("td", {}, [effect(answers, m.role)])]);
    });
    var head = make("thead", {}, [make("tr", {}, ["measure", "change", "counts"].map(function (k) { return make("th", { scope: "col" }, [w(k)]); }))]);
    var table = make("div", { class: "scroll", tabindex: "0" }, [make("table", {}, [head, make("tbody", {}, body)])]);
    var detail = make("details", first ? { open: "" } : {}, [make("summary", {}, [w("details")]), table]);
    var said = Object.keys(variant.parameters).map(function (name) { return name.replace(/_/g, " ") + " = " + variant.parameters[name]; });
    var reading = make("details", {}, [make("summary", {}, [w("parameters")]), make("p", { lang: "en", translate: "no" }, [said.join("; ")])]);
    return make("div", { class: "variant" }, [
      make("p", {}, [make("span", { class: "verdict " + kind }, [verdictWord(verdict)]), " ", make("span", { class: "name", lang: "en", translate: "no" }, [variant.name])]),
      list, detail, said.length ? reading : ""
    ]);
  }

  function show() {
    var found = row(), area = document.getElementById("verdicts");
    criterion.measures.forEach(function (m) {
      var fault = document.getElementById("fault-" + m.role);
      fault.textContent = found.faults[m.role];
      ["_b", "_f", "_range"].forEach(function (part) {
        var input = document.getElementById(m.role + part);
        if (!input) return;
        var bad = found.faults[m.role] && input.value.trim() && !found.row[m.role + part];
        input.classList.toggle("wrong", Boolean(bad));
        input.setAttribute("aria-invalid", bad ? "true" : "false");
      });
    });
    var some = criterion.measures.some(function (m) { return found.row[m.role + "_b"] && found.row[m.role + "_f"]; });
    area.replaceChildren.apply(area, some ? criterion.variants.map(function (v, at) { return variantCard(v, found.row, at === 0); }) : [make("p", {}, [w("nothing")])]);
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
      else if (/^[a-z0-9_]+_(b|f|range)$/.test(name)) values[name] = text.slice(0, 100);
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

  function measureFields(m) {
    var fields = [make("legend", {}, [label(m)]), entry(m, "_b", "baseline"), entry(m, "_f", "now")];
    if (m.scale) fields.push(entry(m, "_range", "scale"));
    fields.push(make("p", { class: "fault", id: "fault-" + m.role }));
    return make("fieldset", m.scale ? { class: "scaled" } : {}, fields);
  }

  function draw() {
    document.documentElement.lang = w("language");
    if (!fixed) document.title = w("title") + " · Trialwright";
    var choice = make("select", { id: "criterion" }, CRITERIA.map(function (c) {
      return make("option", Object.assign({ value: c.name }, c === criterion ? { selected: "" } : {}), [words(c.title)]);
    }));
    choice.addEventListener("change", function () { criterion = CRITERIA.find(function (c) { return c.name === choice.value; }); draw(); });
    var said = make("p", { class: "said", role: "status" });
    var lengthHint = criterion.measures.some(function (m) { return m.scale && !m.scales.length; });
    var fields = [make("h2", {}, [make("label", { for: "criterion" }, [w("criterion")])]), choice]
      .concat(criterion.measures.map(measureFields))
      .concat(lengthHint ? [make("p", { class: "lead" }, [w("lengthHint")])] : []);
    var switchLanguage = make("button", { type: "button", class: "switch", lang: language === "zh" ? "en" : "zh-Hans" }, [w("other")]);
    switchLanguage.addEventListener("click", function () { language = language === "zh" ? "en" : "zh"; draw(); });
    root.replaceChildren(
      make("div", { class: "head-line" }, [make("h1", {}, [w("title")]), fixed ? "" : switchLanguage]),
      make("p", { class: "lead" }, [w("lead")]),
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

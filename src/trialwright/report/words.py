"""The report's own words, in both languages."""

from trialwright.model.text import Text

YES_NO = {"Y": Text("Yes", "是"), "N": Text("No", "否")}
VIRTUAL = Text("virtual participants", "虚拟参与者")
PLAIN_MARK = Text(
    "Nobody was treated. Every number here was made by a computer, to show how such a summary looks.",
    "没有任何人接受治疗。此处每个数字均由计算机生成，仅用于演示此类说明的样式。",
)
IN_DETAIL = Text("By the criterion: ", "按疗效标准：")

SECTIONS: dict[str, Text] = {
    "registration": Text("What was found in the registration", "注册信息核查结果"),
    "assumed": Text("What is assumed", "所作假设"),
    "flow": Text("Flow of participants", "参与者流向"),
    "baseline": Text("Who the participants were", "参与者基线情况"),
    "primary": Text("Primary result", "主要结果"),
    "individual": Text("Each participant, and why", "逐例结果及理由"),
    "robustness": Text("Would another choice change the answer?", "换一种选择结果会变吗？"),
    "course": Text("Course over time", "随访变化"),
    "safety": Text("Safety", "安全性"),
    "conduct": Text("Conduct", "试验实施"),
    "further": Text("Further results", "其他结果"),
    "way_back": Text("The way back", "数据追溯"),
}
"""Section -> heading, in the order of the report. A display whose section is not listed here stands under "further"."""

LEADS: dict[str, Text] = {
    "flow": Text(
        "Everybody who was screened is accounted for, from first contact to last visit.",
        "从首次接触到末次访视，所有筛选者的去向均有交代。",
    ),
    "baseline": Text(
        "Measured before the first dose. With few participants, read the ranges before the means.",
        "均为首次给药前所测。例数少时，应先看范围，再看均值。",
    ),
    "individual": Text(
        "Every verdict in the words of the response criterion, with the values it rests on.",
        "每一例判定均以疗效标准的文字给出理由，并附所依据的数值。",
    ),
    "robustness": Text(
        "Where these lines differ, the answer hangs on a choice and not on the participants alone.",
        "若各行结果不同，说明结论取决于所作选择，而不仅取决于参与者。",
    ),
    "course": Text(
        "What was measured at each visit. Nothing is carried forward and nothing is interpolated.",
        "各次访视的实测值，未作结转，也未作插补。",
    ),
    "safety": Text(
        "An adverse event that was not seen in so few participants may still be common.",
        "例数如此之少，未观察到的不良事件仍可能是常见的。",
    ),
    "conduct": Text(
        "How the protocol was departed from, and who saw results when.",
        "方案偏离情况，以及何人何时看过结果。",
    ),
}

CAVEAT_HEADING = Text("What cannot be concluded", "不能得出的结论")
CAVEAT_LEAD = Text(
    "Everybody was to be treated, and nobody was observed at the same time without the treatment. The change from "
    "before to after mixes an effect of treatment, if there is one, with four other things that this study cannot "
    "take apart:",
    "所有参与者均拟接受治疗，没有同期未治疗的对照。前后变化中，即使存在治疗作用，也与本研究无法区分的下列四点混在一起：",
)
CAVEATS: tuple[Text, ...] = (
    Text(
        "Regression to the mean: people join a study when they are at their worst, and most are better when measured "
        "again.",
        "向均值回归：参与者多在病情最重时入组，再次测量时多数会好转。",
    ),
    Text(
        "Natural course: the disease fluctuates and may improve by itself within weeks.",
        "自然病程：疾病本身有波动，数周内可能自行好转。",
    ),
    Text(
        "Other treatment: background drugs were given at the same time, and their doses could change.",
        "合并治疗：同期使用了其他基础药物，剂量也可能有调整。",
    ),
    Text(
        "Expectation: participants and assessors knew what was given, and several measures are judgements.",
        "期望效应：参与者与评估者均知晓所用药物，且多项指标为主观评估。",
    ),
)
CAVEAT_END = Text(
    "A rate above a benchmark therefore does not show that the treatment caused it, and the benchmarks come from "
    "other participants, other places and other rules.",
    "因此，应答率高于参照值并不证明由治疗所致；参照值来自不同的参与者、机构与判定规则。",
)

POOLED = Text(
    "This study has several arms, and the tables and figures count all of them together, except where their analysis "
    "set is of one arm: no number here compares one arm with another. The ADaM export carries the arm of each "
    "participant, for the statistician's own comparison.",
    "本研究有多个组别，除分析集仅含一组者外，图表均将各组合并统计，其中任何数字均不作组间比较。"
    "各参与者的组别见 ADaM 导出文件，供统计师另行比较。",
)
POOLED_NOTE = Text("All arms are counted together", "各组合并统计")

PHASES: dict[str, Text] = {
    "EARLY_PHASE1": Text("Early Phase 1", "早期 1 期"),
    "PHASE1": Text("Phase 1", "1 期"),
    "PHASE2": Text("Phase 2", "2 期"),
    "PHASE3": Text("Phase 3", "3 期"),
    "PHASE4": Text("Phase 4", "4 期"),
    "NA": Text("not applicable", "不适用"),
}
MASKINGS: dict[str, Text] = {
    "NONE": Text("none (open label)", "无（开放）"),
    "SINGLE": Text("single", "单盲"),
    "DOUBLE": Text("double", "双盲"),
    "TRIPLE": Text("triple", "三盲"),
    "QUADRUPLE": Text("quadruple", "四盲"),
}
"""What the registry's codes mean."""

CHOICES: dict[str, Text] = {
    "conf_level": Text("level {v}", "置信水平 {v}"),
    "method": Text("{v}", "{v}"),
    "sides": Text("{v}-sided", "{v}侧"),
    "alternative": Text("alternative: {v} than the benchmark", "备择假设：{v}于参照值"),
    "imputations": Text("{v} imputations", "插补 {v} 次"),
    "seed": Text("seed {v}", "随机种子 {v}"),
    "deltas": Text("imputed values shifted by {v}", "插补值平移 {v}"),
}
"""How the choices of a method are said."""

CHOSEN: dict[str, Text] = {
    "clopper_pearson": Text("Clopper-Pearson", "克洛珀－皮尔逊法"),
    "wilson": Text("Wilson score", "威尔逊得分法"),
    "two": Text("two", "双"),
    "one": Text("one", "单"),
    "greater": Text("greater", "大"),
    "less": Text("less", "小"),
}

RECALLED = Text(
    "Marks: [recalled] cited from memory and not checked against the original; [secondary] read in another source. "
    "Nothing so marked decides the primary endpoint.",
    "标记说明：[recalled] 凭记忆引用，未核对原文；[secondary] 转引自其他来源。凡有此标记者均不用于判定主要终点。",
)

ABBREVIATIONS: dict[str, Text] = {
    "AE": Text("adverse event", "不良事件"),
    "CI": Text("confidence interval", "置信区间"),
    "ICH": Text("International Council for Harmonisation", "国际人用药品注册技术协调会"),
    "SD": Text("standard deviation", "标准差"),
    "ULN": Text("upper limit of normal", "正常值上限"),
    "UTC": Text("coordinated universal time", "协调世界时"),
}

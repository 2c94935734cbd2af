"""
Trials simulated in columns: virtual participants at the level of measures, judged by the study's own criterion trees.

`read_scenario` reads what is assumed; `plan_questions` turns a study's estimands into tables and rules; `run_scenario`
simulates trials until the Monte Carlo error is small enough. What may follow from an intercurrent event is never
written here: the study's strategies are handed in and looked up.
"""

from trialwright.design.simulation.judging import Question, Weigh, plan_questions
from trialwright.design.simulation.running import Tally, count_rejections, run_scenario, trial_table
from trialwright.design.simulation.scenario import SCENARIO, Changes, Scenario, read_scenario
from trialwright.design.simulation.trials import Setting, participant_table

__all__ = [
    "SCENARIO",
    "Changes",
    "Question",
    "Scenario",
    "Setting",
    "Tally",
    "Weigh",
    "count_rejections",
    "participant_table",
    "plan_questions",
    "read_scenario",
    "run_scenario",
    "trial_table",
]

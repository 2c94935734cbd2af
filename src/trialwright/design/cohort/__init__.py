"""
Virtual cohorts: invented participants made by a declared model, entered through the same door as real ones.

The model is a file (`cohort.yaml`, every number marked assumed with its reason); `plan_cohort` turns it and a study
definition into dated acts. Nothing here knows an instrument by name: fields are matched by pattern, and a field that no
line matches is answered by its kind.
"""

from trialwright.design.cohort.acts import Act
from trialwright.design.cohort.model import Cohort, read_cohort
from trialwright.design.cohort.plan import plan_cohort

__all__ = ["Act", "Cohort", "plan_cohort", "read_cohort"]

"""
The calculator: response criteria on two visits of one person, in a browser, with nothing stored and no network.

The browser runs the very expression trees of `rule()`, written out as data by `program`; `engine.js` knows the nodes
and no criterion.
"""

from trialwright.catalog.calculator.page import calculated, calculator_page, calculator_script, calculator_style

__all__ = ["calculated", "calculator_page", "calculator_script", "calculator_style"]

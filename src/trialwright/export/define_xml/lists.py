"""Code lists of the terms that occur in the data, with their C-codes; a sponsor's own term is marked as such."""

from collections.abc import Sequence

import msgspec
from lxml import etree

from trialwright.export.datasets import Dataset
from trialwright.export.define_xml.names import DEF, add, made
from trialwright.export.terminology import CodeList, code_list

CT, OWN_CT = "STD.CT", "STD.CT.OWN"
"""The terminology of SDTM, which every guide uses, and the guide's own."""


class Lists(msgspec.Struct, frozen=True):
    """The code lists as elements, and the list of each (dataset, variable) that has one."""

    elements: tuple[etree._Element, ...]
    by_variable: dict[tuple[str, str], str]


def code_lists(datasets: Sequence[Dataset]) -> Lists:
    """
    One code list for each list of the terminology that a variable uses, holding the values that occur.

    A list that is not extensible and holds a foreign value still shows it, marked: the checker finds it.
    """
    used: dict[str, set[str]] = {}
    by_variable: dict[tuple[str, str], str] = {}
    for dataset in datasets:
        for variable in dataset.variables:
            known = code_list(variable.codelist)
            if known is None or not dataset.texts(variable.name):
                continue
            used.setdefault(known.code, set()).update(dataset.texts(variable.name))
            by_variable[dataset.name, variable.name] = f"CL.{known.name}"
    elements = [_list(code_list(code), values) for code, values in sorted(used.items())]
    return Lists(tuple(each for each in elements if each is not None), by_variable)


def _list(known: CodeList | None, values: set[str]) -> etree._Element | None:
    if known is None:
        return None
    made_list = made("CodeList", OID=f"CL.{known.name}", Name=known.title, DataType="text")
    made_list.set(f"{{{DEF}}}StandardOID", CT if known.package == "SDTM" else OWN_CT)
    for value in sorted(values):
        item = add(made_list, "EnumeratedItem", CodedValue=value)
        code = known.terms.get(value)
        if code:
            add(item, "Alias", Name=code, Context="nci:ExtCodeID")
        else:
            item.set(f"{{{DEF}}}ExtendedValue", "Yes")
    add(made_list, "Alias", Name=known.code, Context="nci:ExtCodeID")
    return made_list

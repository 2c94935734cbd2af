"""Writing a registry record in the forms that others read, and saying what each cannot carry and what is still owed."""

from trialwright.register.writing.prs_check import check_upload
from trialwright.register.writing.prs_xml import write_prs_xml
from trialwright.register.writing.written import Owed, Written

__all__ = ["Owed", "Written", "check_upload", "write_prs_xml"]

"""Datasets as a sponsor submits them: Dataset-JSON and SAS transport files, each beside its own define.xml."""

from collections.abc import Sequence

import msgspec

from trialwright.export import dataset_json, define_xml, xpt
from trialwright.export.datasets import Dataset
from trialwright.export.formats import Source
from trialwright.model.problem import Lost


def packaged(
    source: Source, datasets: Sequence[Dataset], metadata: define_xml.Metadata
) -> tuple[dict[str, bytes], tuple[Lost, ...]]:
    """
    The files of `json/` and `xpt/` by path, and what the transport files had to cut.

    `metadata` describes the datasets as Dataset-JSON; the define.xml beside the transport files names those instead.
    """
    heading = dataset_json.Heading(
        study=metadata.study,
        metadata=metadata.oid,
        made_at=metadata.made_at,
        originator=source.study.registration.sponsor,
        version=source.version,
    )
    transported, too_long = xpt.write(datasets, metadata.made_at)
    files = {f"json/{name}": data for name, data in dataset_json.write(datasets, heading).items()}
    files["json/define.xml"] = define_xml.write(datasets, metadata)
    files |= {f"xpt/{name}": data for name, data in transported.items()}
    files["xpt/define.xml"] = define_xml.write(datasets, msgspec.structs.replace(metadata, file_type="xpt"))
    return files, too_long

"""Datasets as a sponsor submits them: Dataset-JSON and SAS transport files, each beside its own define.xml."""

from collections.abc import Iterator, Sequence

import msgspec

from trialwright.export import dataset_json, define_xml, xpt
from trialwright.export.datasets import Dataset
from trialwright.export.files import File
from trialwright.export.formats import Source
from trialwright.model.problem import Lost


def packaged(
    source: Source, datasets: Sequence[Dataset], metadata: define_xml.Metadata, too_long: list[Lost]
) -> Iterator[File]:
    """
    The files of `json/` and `xpt/`; what the transport files had to cut is added to `too_long` as they are written.

    `metadata` describes the datasets as Dataset-JSON; the define.xml beside the transport files names those instead.
    """
    heading = dataset_json.Heading(
        study=metadata.study,
        metadata=metadata.oid,
        made_at=metadata.made_at,
        originator=source.study.registration.sponsor,
        version=source.version,
    )
    for dataset in datasets:
        yield File(f"json/{dataset.name.lower()}.json", dataset_json.pieces(dataset, heading))
    yield File("json/define.xml", (define_xml.write(datasets, metadata),))
    for dataset in datasets:
        transported, cut = xpt.pieces(dataset, metadata.made_at)
        too_long += cut
        yield File(f"xpt/{dataset.name.lower()}.xpt", transported)
    of_transport = msgspec.structs.replace(metadata, file_type="xpt")
    yield File("xpt/define.xml", (define_xml.write(datasets, of_transport),))

"""NEWS2 of an assessment, where nothing of it is missing."""

from protocols import news2
from protocols.model import House
from records.model import Assessment


def news2_total(assessment: Assessment, house: House) -> int | None:
    """The total where each observation was taken and can be true; else None (S7). Pure."""
    said = {name: assessment.answers.get(name) for name in news2.NEEDED}
    for name, value in said.items():
        if value is None or value == "unknown":
            return None
        if name in news2.NUMBERS:
            low, high = house.plausible.get(name, (float("-inf"), float("inf")))
            if not isinstance(value, int | float) or not low <= value <= high:
                return None
    scale = assessment.answers.get(news2.SCALE)
    least, most = news2.weigh(said | ({news2.SCALE: scale} if scale else {})).total
    return least if least == most else None

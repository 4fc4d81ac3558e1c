"""SNOMED CT codes that reading understands, by what this hub calls them: a number means the same in every release.

Each pairing was found in a public list of November 2026: OpenSAFELY's copies of NHS England's primary care reference
sets and its PINCER list of anticoagulants, the National Record Locator's record types, CareConnect's CPR status, UK
Core's allergies, NCL's Rockwood levels. Whether a code is still active was not checked against a release. Pure.
"""

from collections.abc import Mapping

SNOMED = "http://snomed.info/sct"

NO_ALLERGY_AT_ALL = frozenset({"716186003", "160244002"})
NONE_KNOWN = NO_ALLERGY_AT_ALL | {
    "409137002",  # of a drug
    "428607008",  # of the environment
    "429625007",  # of a food
    "428197003",  # of an insect
    "716220001",  # of an animal
    "1003774007",  # of latex
}
"""A statement of one kind alone says nothing of the others (S8)."""

_LEVELS = """
    1129331000000101 1129341000000105 1129351000000108 1129361000000106 1129371000000104 1129381000000102
    1129391000000100 1129401000000102 1129411000000100"""
"""Findings of the Clinical Frailty Scale, from 1 to 9."""
_CODES = {
    # substances; the names of medicines in dm+d, now and in 2017; tablets and brands
    "blood thinner": """
        372862008 372756006 59488002 698090000 442031002 712778008 698871007 700029008 387260007
        48603004 777947006 774624002 777455008 775732007 13568411000001103 777163004 774409003
        19510611000001104 442539005 79356008 47527007
        703907006 703908001 767882007 27810711000001104 14254711000001104 19842111000001101 19842211000001107
        34819111000001102 704475004 704472001 704473006 704474000 768150008 29903211000001100 29903311000001108
        29903411000001101 13532911000001104 13532811000001109 19469811000001101 319736008 319733000 319734006
        319735007 375374009 429307006 319740004 319745009 319746005 319747001
        19506911000001105 21677511000001105 29902111000001100 29902411000001105 29902711000001104
        13504711000001102 13505411000001109 19465811000001104 27160311000001106 14237311000001106
        19840811000001107 19841411000001101""",
    "diabetes": """
        73211009 46635009 44054006 313435000 290002008 444073006 426875007 313436004 237599002 443694000 445353002
        111552007 8801005""",
    "cancer": "363346000",
    "bleeding disorder": "64779008",
    "dementia": """
        52448006 26929004 142811000119104 134422007 134423002 416780008 416975007 429998004 56267009 230285003
        230286002 230287006 723123001 79341000119107 312991009 80098002 230270009 425390006 15662003 281004
        90099008""",
    "kidney disease": "90708001 709044004",
    "heart failure": "84114007",
    "COPD": "13645005",
    "stroke": "230690007",
    "spinal cord injury": "90584004",
    "frailty": "248279007 404904002 925791000000100 925831000000107 925861000000102",
    "frailty index": "1084961000000105 713636003 713634000",
    "rockwood": f"763264000 445414007 {_LEVELS}",
    "NEWS2": "1104051000000101",
    "do not attempt resuscitation": "450476008 304253006 143021000119109",
    "attempt resuscitation": "450475007 304252001",
    "resuscitation plan": "1089601000000103",
    "resuscitation status": "304251008",
    "advance decision to refuse treatment": "816301000000100 816321000000109",
    "ReSPECT": "1382601000000107 1107891000000106",
    "treatment escalation plan": "735324008",
    "emergency plan": "325691000000100 887701000000100 702779007 885791000000102",
    "advance care plan": "736366004 714748000 1095851000000100 736367008 792871000000101 1465221000000102",
    "end of life": """
        736373009 861421000000109 713673000 1095151000000107 1095081000000100 773981004 713058002
        1403151000000103 526631000000108 414937009 103735009 162608008 182964004 511401000000102 955231000000109
        968211000000101 201511000000105 1092551000000109 845701000000104 845721000000108 845751000000103
        845771000000107""",
    "care home resident": "160734000 394923006 248171000000108 160737007 224224003 105530003 1240291000000104",
    "housebound": "160689007 428415003 160685001 138079003",
    "has a carer": "184156005",
}
CODES: Mapping[str, str] = {code: about for about, codes in _CODES.items() for code in codes.split()}

NOT_IT = frozenset(
    {
        "845151000000104",  # not aware of a decision not to resuscitate
        "931761000000106",  # talking about resuscitation is not appropriate
        "1025611000000105",  # an advance care plan was offered
        "1095091000000103",  # and declined
        "1048611000000104",  # palliative care is not indicated
        "1095141000000109",
        "224484003",  # is somebody's carer
    }
)
"""Codes whose words look like one of those above: they are kept under their own words and answer nothing."""

VALUES: Mapping[str, str] = {
    "925791000000100": "mild",
    "925831000000107": "moderate",
    "925861000000102": "severe",
    **{code: str(level) for level, code in enumerate(_LEVELS.split(), start=1)},
}
"""What the code itself says of it: the grade, or the level of the Clinical Frailty Scale."""

OBSERVED = (
    "763264000",
    "445414007",
    "1084961000000105",
    "713636003",
    "1104051000000101",
    "304251008",
    "450476008",
    "450475007",
)
"""The observations that are asked for: frailty by Rockwood's scale and by index, NEWS2, and resuscitation."""

PLANS = frozenset(
    {
        "do not attempt resuscitation",
        "attempt resuscitation",
        "resuscitation plan",
        "resuscitation status",
        "advance decision to refuse treatment",
        "ReSPECT",
        "treatment escalation plan",
        "emergency plan",
        "advance care plan",
    }
)
"""What is a plan in whatever resource it comes."""

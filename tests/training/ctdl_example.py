"""A graph of our own in CTDL's published terms, with every property that the importer reads."""

from __future__ import annotations

from typing import Any

BASE = "https://registry.example/resources/ce-"


def uri(n: int) -> str:
    return f"{BASE}{n:08d}-0000-4000-8000-000000000000"


def concept(node: str) -> dict[str, Any]:
    return {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": node}


def profile(**told: Any) -> dict[str, Any]:
    named = {f"ceterms:{name}": value for name, value in told.items()}
    return {"@type": "ceterms:ConditionProfile", **named}


SQL = {
    "@type": "ceterms:CredentialAlignmentObject",
    "ceterms:targetNode": "http://skills.example/sql",
    "ceterms:targetNodeName": {"en": "SQL"},
    "ceterms:targetNodeDescription": {"en": "Ask databases."},
    "ceterms:frameworkName": {"en": "Data skills"},
}
CERTIFICATE, COURSE, EXAM, EARLY, OLD, ORG, PROGRAM = (uri(n) for n in range(1, 8))
PATHWAY, STEP, CHOICE, GOAL, JOB, SKILL_PART, FIRST = (uri(n) for n in range(11, 18))
COMPETENCY, BROAD, FRAMEWORK = (uri(n) for n in range(21, 24))
NOWHERE = uri(99)

GRAPH: list[dict[str, Any]] = [
    {
        "@id": CERTIFICATE,
        "@type": "ceterms:Certificate",
        "ceterms:ctid": CERTIFICATE.rsplit("/", 1)[1],
        "ceterms:name": {"fr-FR": "Certificat de données", "en-US": "Data certificate"},
        "ceterms:description": {"en": "Shows that one can work with data."},
        "ceterms:ownedBy": [ORG],
        "ceterms:subjectWebpage": "https://e.example/data",
        "ceterms:inLanguage": ["en-US", "fr-FR"],
        "ceterms:credentialStatusType": concept("credentialStat:Active"),
        "ceterms:audienceLevelType": [concept("audLevel:IntermediateLevel")],
        "ceterms:learningDeliveryType": [concept("deliver:BlendedDelivery")],
        "ceterms:dateEffective": "2024-02-01",
        "ceterms:expirationDate": "2030-12-31",
        "ceterms:renewalFrequency": "P2Y",
        "ceterms:accreditedBy": [ORG],
        "ceterms:recognizedBy": ["https://council.example"],
        "ceterms:estimatedCost": [
            {"@type": "ceterms:CostProfile", "ceterms:price": 100.0, "ceterms:currency": "USD",
             "ceterms:directCostType": concept("costType:Tuition")},
            {"@type": "ceterms:CostProfile", "ceterms:price": 20, "ceterms:currency": "USD",
             "ceterms:directCostType": concept("costType:AssessmentFee")},
        ],
        "ceterms:estimatedDuration": [
            {"@type": "ceterms:DurationProfile", "ceterms:minimumDuration": "PT10H",
             "ceterms:maximumDuration": "PT20H"}],
        "ceterms:requires": [
            profile(
                name={"en": "To be had"},
                targetLearningOpportunity=[COURSE],
                targetCompetency=[SQL],
                alternativeCondition=[
                    profile(targetAssessment=[EXAM]), profile(targetCredential=[OLD, NOWHERE]),
                ],
                condition={"en": ["Be keen."]},
            )
        ],
        "ceterms:recommends": [profile(targetLearningOpportunity=[EARLY])],
        "ceterms:renewal": [
            profile(
                name={"en": "Every two years"},
                description={"en": "Before it lapses."},
                targetLearningOpportunity=[COURSE],
                yearsOfExperience=2,
                estimatedCost=[{"@type": "ceterms:CostProfile", "ceterms:price": 30,
                                "ceterms:currency": "US Dollar"}],
            ),
            profile(alternativeCondition=[
                profile(targetAssessment=[EXAM], targetCompetency=[SQL]),
                profile(
                    condition={"en": ["Hand in a report."]},
                    creditValue=[{"@type": "ceterms:ValueProfile", "schema:value": 20,
                                  "ceterms:creditUnitType": [
                                      concept("creditUnit:ContinuingEducationUnit")]}],
                ),
            ]),
        ],
        "ceterms:hasPart": [COURSE],
    },
    {
        "@id": COURSE,
        "@type": "ceterms:Course",
        "ceterms:name": {"en": "Databases"},
        "ceterms:offeredBy": [ORG],
        "ceterms:deliveryType": [concept("deliver:OnlineOnly")],
        "ceterms:teaches": [SQL, COMPETENCY, {"ceterms:targetNodeName": {"en": "tidy tables"}}],
        "ceterms:entryCondition": [profile(targetLearningOpportunity=[EARLY])],
        "ceterms:corequisite": [profile(targetLearningOpportunity=[PROGRAM])],
        "ceterms:estimatedDuration": [
            {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": "PT40H30M"}],
        "ceterms:creditValue": [{"@type": "ceterms:ValueProfile", "schema:value": 3,
                                 "ceterms:creditUnitType": [concept("creditUnit:SemesterHour")]}],
        "ceterms:isPreparationFor": [profile(targetAssessment=[EXAM])],
    },
    {
        "@id": EXAM,
        "@type": "ceterms:AssessmentProfile",
        "ceterms:name": {"en": "Exam in SQL"},
        "ceterms:assesses": [COMPETENCY],
        "ceterms:estimatedDuration": [
            {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": "P6M"}],
        "ceterms:lifeCycleStatusType": concept("lifeCycle:Ceased"),
    },
    {"@id": EARLY, "@type": "ceterms:LearningOpportunityProfile", "ceterms:name": "Tables",
     "ceterms:estimatedCost": [{"@type": "ceterms:CostProfile", "ceterms:price": 5,
                                "ceterms:currency": "USD"},
                               {"@type": "ceterms:CostProfile", "ceterms:price": 9,
                                "ceterms:currency": "USD"}]},
    {"@id": OLD, "@type": "ceterms:License", "ceterms:name": {"en": "Old licence"}},
    {"@id": PROGRAM, "@type": "ceterms:LearningProgram", "ceterms:name": {"en": "Programme"},
     "ceterms:corequisite": [profile(targetLearningOpportunity=[COURSE])]},
    {"@id": ORG, "@type": "ceterms:CredentialOrganization", "ceterms:name": {"en": "Institute"}},
    {
        "@id": uri(8),
        "@type": "ceterms:TransferValueProfile",
        "ceterms:name": {"en": "Credits at the college"},
        "ceterms:ownedBy": [ORG],
        "ceterms:transferValueFrom": [COURSE],
        "ceterms:transferValueFor": [PROGRAM],
        "ceterms:transferValue": [{"@type": "ceterms:ValueProfile", "schema:value": 2,
                                   "ceterms:creditUnitType": [concept("creditUnit:DegreeCredit")]}],
    },
    {"@id": COMPETENCY, "@type": "ceasn:Competency", "ceasn:competencyLabel": {"en": "Joins"},
     "ceasn:competencyText": {"en": "Join tables."}, "ceasn:isPartOf": FRAMEWORK,
     "ceasn:isChildOf": [BROAD]},
    {"@id": BROAD, "@type": "ceasn:Competency", "ceasn:competencyText": {"en": "Queries"},
     "ceasn:isPartOf": FRAMEWORK},
    {"@id": FRAMEWORK, "@type": "ceasn:CompetencyFramework", "ceasn:name": {"en": "Frame"}},
    {"@id": PATHWAY, "@type": "ceterms:Pathway", "ceterms:name": {"en": "Way"},
     "ceterms:hasPart": [STEP, CHOICE, GOAL, JOB, SKILL_PART, FIRST],
     "ceterms:hasDestinationComponent": [JOB]},
    {"@id": FIRST, "@type": "ceterms:CourseComponent", "ceterms:name": {"en": "Tables"},
     "ceterms:proxyFor": EARLY, "ceterms:precedes": [STEP]},
    {"@id": STEP, "@type": "ceterms:CourseComponent", "ceterms:name": {"en": "A step"},
     "ceterms:sourceData": uri(30), "ceterms:precededBy": [FIRST]},
    {"@id": SKILL_PART, "@type": "ceterms:CompetencyComponent", "ceterms:name": {"en": "Joins"},
     "ceterms:proxyFor": COMPETENCY,
     "ceterms:pointValue": {"@type": "schema:QuantitativeValue", "schema:minValue": 0.5}},
    {"@id": CHOICE, "@type": "ceterms:SelectionComponent", "ceterms:name": {"en": "Either"},
     "ceterms:hasCondition": [{"@type": "ceterms:ComponentCondition",
                               "ceterms:requiredNumber": 1,
                               "ceterms:targetComponent": [STEP, SKILL_PART]}]},
    {
        "@id": GOAL,
        "@type": "ceterms:CredentialComponent",
        "ceterms:name": {"en": "The goal"},
        "ceterms:description": {"en": "Of its own."},
        "ceterms:subjectWebpage": "https://e.example/goal",
        "ceterms:hasChild": [STEP],
        "ceterms:prerequisite": [FIRST],
        "ceterms:hasCondition": [{
            "@type": "ceterms:ComponentCondition", "ceterms:requiredNumber": 2,
            "ceterms:targetComponent": [STEP, FIRST, CHOICE],
            "ceterms:logicalOperator": "logicalOperator:And",
            "ceterms:hasCondition": [{"@type": "ceterms:ComponentCondition",
                                      "ceterms:targetComponent": [SKILL_PART]}],
        }],
    },
    {"@id": JOB, "@type": "ceterms:JobComponent", "ceterms:name": {"en": "Analyst"},
     "ceterms:description": {"en": "Works with data."}, "ceterms:alternateName": {"en": ["Miner"]},
     "ceterms:requires": [profile(targetCompetency=[SQL])]},
]  # fmt: skip


def document() -> dict[str, Any]:
    """As the registry gives a graph."""
    return {"@context": "https://credreg.net/ctdl/schema/context/json", "@graph": GRAPH}

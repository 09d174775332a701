"""The words of CTDL that are read.

Facts of the published vocabulary (Credential Transparency Description Language, Credential Engine),
https://credreg.net/ctdl/terms; prefixes are left off.
"""

from __future__ import annotations

from typing import Final

CREDENTIALS: Final = frozenset({
    "Credential", "AcademicCertificate", "ApprenticeshipCertificate", "AssociateDegree",
    "AssociateOfAppliedArtsDegree", "AssociateOfAppliedScienceDegree", "AssociateOfArtsDegree",
    "AssociateOfScienceDegree", "BachelorDegree", "BachelorOfArtsDegree",
    "BachelorOfScienceDegree", "Badge", "BasicTechnicalCertificate", "Certificate",
    "CertificateOfCompletion", "CertificateOfParticipation", "Certification", "Degree",
    "DigitalBadge", "Diploma", "DoctoralDegree", "GeneralEducationDevelopment",
    "GeneralEducationLevel1Certificate", "GeneralEducationLevel2Certificate",
    "HigherEducationLevel1Certificate", "HigherEducationLevel2Certificate",
    "JourneymanCertificate", "License", "MasterCertificate", "MasterDegree",
    "MasterOfArtsDegree", "MasterOfScienceDegree", "MicroCredential", "OpenBadge",
    "PreApprenticeshipCertificate", "ProfessionalCertificate", "ProfessionalDoctorate",
    "ProficiencyCertificate", "QualityAssuranceCredential", "ResearchDoctorate",
    "SecondaryEducationCertificate", "SecondarySchoolDiploma", "SpecialistDegree",
    "TechnicalLevel1Certificate", "TechnicalLevel2Certificate", "TechnicalLevel3Certificate",
    "WorkbasedLearningCertificate",
})  # fmt: skip
OPPORTUNITIES: Final = frozenset({"LearningOpportunityProfile", "Course", "LearningProgram"})
ASSESSMENTS: Final = frozenset({"AssessmentProfile"})
EARNED: Final = CREDENTIALS | OPPORTUNITIES | ASSESSMENTS
"""What becomes a credential: whatever can be taken and finished."""

STEPS: Final = frozenset({
    "AssessmentComponent", "BasicComponent", "CocurricularComponent", "CourseComponent",
    "CredentialComponent", "ExtracurricularComponent", "WorkExperienceComponent",
})  # fmt: skip
"""Parts of a pathway that stand for a credential, or are one themselves."""

CHOICES: Final = frozenset({"CollectionComponent", "MultiComponent", "SelectionComponent"})
"""Parts of a pathway that stand for what their conditions ask for."""

ROLES: Final = frozenset({"Job", "JobComponent", "Occupation", "WorkRole"})

LEVELS: Final = {
    "beginnerlevel": "beginner", "intermediatelevel": "intermediate", "advancedlevel": "advanced",
    "expertlevel": "expert",
}  # fmt: skip
"""``audienceLevelType`` → level; levels of school systems say nothing of how advanced it is."""

DELIVERY: Final = {
    "onlineonly": "online", "inperson": "classroom", "blendeddelivery": "blended",
    "hybriddelivery": "blended",
}  # fmt: skip
CURRENCIES: Final = {
    "us dollar": "USD", "canadian dollar": "CAD", "australian dollar": "AUD", "euro": "EUR",
    "pound sterling": "GBP",
}  # fmt: skip
"""Names of currencies that stand where their code should, as in examples of the registry's own."""

ON_OFFER: Final = frozenset({"active", "probationary", "operational"})

EARLIER: Final = ("recommends", "preparationFrom", "advancedStandingFrom")
"""Advice on what is better taken before; the reverse properties are in ``LATER``."""

LATER: Final = ("isRecommendedFor", "isPreparationFor", "isAdvancedStandingFor")

TARGETS: Final = ("targetCredential", "targetLearningOpportunity", "targetAssessment")
SPOKEN: Final = (
    "condition", "experience", "minimumAge", "yearsOfExperience", "submissionOf", "hasConstraint",
    "residentOf",
)  # fmt: skip
"""What a condition says that only people can judge."""

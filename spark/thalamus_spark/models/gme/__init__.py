"""Interview scheduling for graduate medical education: denormalised tables and reports."""

from thalamus_spark.models.gme import dimensions, facts
from thalamus_spark.models.gme.applicant_funnel import APPLICANT_FUNNEL
from thalamus_spark.models.gme.interview_fill_rate import INTERVIEW_FILL_RATE

MODELS = (*dimensions.MODELS, *facts.MODELS, INTERVIEW_FILL_RATE, APPLICANT_FUNNEL)

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.text import plain
from proposals.models import Criterion
from reviews.models import Consensus

HALVES = [plain(Decimal(n) / 2) for n in range(11)]


class ConsensusForm(forms.Form):
    """What a panel agreed: a text for the case, a score where one was agreed; `over` is the version shown."""

    text = forms.CharField(
        label=_("What the panel agreed, in words"),
        help_text=_("The applicant reads it in the letter. It names no reviewer."),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 7, "class": "form-control"}),
    )
    over = forms.IntegerField(min_value=0, max_value=9999, widget=forms.HiddenInput)

    def __init__(self, *args, criteria: list[Criterion], **options):
        super().__init__(*args, **options)
        self.criteria = criteria
        for criterion in criteria:
            self.fields[criterion.code] = forms.ChoiceField(
                label=_("Agreed score for %(code)s") % {"code": criterion.code},
                choices=[("", "–"), *((value, value) for value in HALVES)],
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def scores(self) -> dict[str, Decimal]:
        given = {c.code: self.cleaned_data[c.code] for c in self.criteria}
        return {code: Decimal(value) for code, value in given.items() if value}


def initial(last: Consensus | None, over: int) -> dict:
    """What the form shows first: the version that stands."""
    if last is None:
        return {"over": over}
    scores = {score.criterion.code: plain(score.value) for score in last.scores.all()}
    return {"over": over, "text": last.text, **scores}


class AnswerForm(forms.Form):
    """I agree, or I object and why."""

    AGREE, OBJECT = "agree", "object"
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[(AGREE, _("I agree with it.")), (OBJECT, _("I object to it."))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    reason = forms.CharField(
        label=_("What you object to"),
        help_text=_("Needed for an objection. It is kept, and the chair reads it."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
    version = forms.IntegerField(min_value=1, max_value=9999, widget=forms.HiddenInput)

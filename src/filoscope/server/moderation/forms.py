"""What a report and a decision consist of."""

from __future__ import annotations

from django import forms

from filoscope.server.moderation.models import Decision, Report

NOTE_LENGTH_MAX = 1000


class ReportForm(forms.Form):
    """Why somebody reports a thing."""

    reason = forms.ChoiceField(
        label="What is wrong?", choices=Report.Reason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="Anything that helps the moderators",
        required=False,
        max_length=NOTE_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DecisionForm(forms.Form):
    """What a moderator decides, and the reason in words, which the person reads."""

    kind = forms.ChoiceField(choices=Decision.Kind.choices)
    note = forms.CharField(
        label="Reason",
        required=False,
        max_length=NOTE_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, str]:
        """Ask for a reason for what hurts somebody."""
        cleaned: dict[str, str] = super().clean() or {}
        hurts = cleaned.get("kind") in (Decision.Kind.HIDE, Decision.Kind.SUSPEND)
        if hurts and not cleaned.get("note", "").strip():
            self.add_error("note", "Say why: the person reads it.")
        return cleaned

"""What a maker can say about a clip."""

from __future__ import annotations

from django import forms

from filoscope.server.videos.models import Clip, Visibility

CAPTION_FILE_BYTES_MAX = 200_000  # an hour of speech takes half of that
VISIBILITY = (
    (Visibility.PUBLIC, "Everyone"),
    (Visibility.FOLLOWERS, "Those who follow me"),
    (Visibility.UNLISTED, "Whoever has the link"),
    (Visibility.PRIVATE, "Only me"),
)


class ClipForm(forms.ModelForm[Clip]):
    """Caption, description, visibility and captions of one clip."""

    visibility = forms.ChoiceField(label="Who may see it", choices=VISIBILITY)
    captions = forms.FileField(
        label="Captions",
        required=False,
        help_text="What is said, as a WebVTT file (.vtt).",
        widget=forms.FileInput(attrs={"accept": ".vtt,text/vtt"}),
    )
    captions_language = forms.CharField(
        label="Language of the captions",
        required=False,
        initial="en",
        max_length=35,
        help_text="As en, de, pt-BR.",
    )

    class Meta:
        model = Clip
        fields = ("caption", "alt_text", "visibility", "allows_comments", "language")
        labels = {
            "alt_text": "Description for those who cannot see it",
            "allows_comments": "Comments are welcome",
            "language": "Language that is spoken",
        }
        help_texts = {
            "caption": "#words make it found, @names are told of it.",
            "language": "As en, de, pt-BR; empty if nobody speaks.",
        }
        widgets = {
            "caption": forms.Textarea(attrs={"rows": 4}),
            "alt_text": forms.Textarea(attrs={"rows": 2}),
        }

    def clean_captions(self) -> str | None:
        """Read the file as UTF-8 text; what it says is checked by the action that keeps it."""
        file = self.cleaned_data["captions"]
        if not file:
            return None
        if file.size > CAPTION_FILE_BYTES_MAX:
            raise forms.ValidationError("The captions file is larger than 200 kB.")
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError("The captions file is not UTF-8 text.") from None

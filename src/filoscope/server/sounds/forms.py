"""What a maker says of a sound."""

from __future__ import annotations

from typing import Any

from django import forms

from filoscope.media.recording import SOUND_BYTES_MAX, SOUND_SECONDS_MAX
from filoscope.server.sounds.errors import BadISRC
from filoscope.server.sounds.isrc import PATTERN, read_isrc, show_isrc
from filoscope.server.sounds.models import Licence, Sound

ACCEPTED = ".mp3,.m4a,.ogg,.oga,.opus,.flac,.wav,audio/*"


class SoundForm(forms.ModelForm[Sound]):
    """Title, credit, licence and picture of a sound."""

    licence = forms.ChoiceField(
        label="Licence",
        required=False,
        choices=[("", "Not said"), *Licence.choices],
        help_text="What others may do with it beyond setting clips to it here.",
    )
    isrc = forms.CharField(
        label="ISRC",
        required=False,
        max_length=24,
        help_text="If it has one, as US-RC1-76-07839.",
        widget=forms.TextInput(
            attrs={
                "autocapitalize": "characters",
                "spellcheck": "false",
                "pattern": PATTERN,
                "title": "Two letters, three letters or digits, seven digits",
            }
        ),
    )
    cover = forms.FileField(
        label="Cover",
        required=False,
        help_text="A picture; its middle square is shown.",
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )

    class Meta:
        model = Sound
        fields = ("title", "artist", "licence", "isrc", "allows_use")
        labels = {"allows_use": "Others may use it in their clips"}
        help_texts = {"artist": "As credited. Left empty, your name is shown."}

    field_order = ("file", "title", "artist", "cover", "licence", "isrc", "allows_use")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        if self.instance.pk is not None:
            self.initial["isrc"] = show_isrc(self.instance.isrc)
            if self.instance.is_original:  # credited to its maker, and shown by its clip
                for name in ("artist", "cover", "isrc"):
                    del self.fields[name]

    def clean_title(self) -> str:
        """A title is one line."""
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean_artist(self) -> str:
        """A credit is one line."""
        return " ".join(str(self.cleaned_data["artist"]).split())

    def clean_isrc(self) -> str:
        """Read the code as people write it."""
        try:
            return read_isrc(str(self.cleaned_data["isrc"]))
        except BadISRC as error:
            raise forms.ValidationError(str(error)) from None


class NewSoundForm(SoundForm):
    """The same with the file itself, and with the word that it may be shared."""

    file = forms.FileField(
        label="Sound",
        help_text=(
            f"MP3, M4A, OGG, Opus, FLAC or WAV; up to {SOUND_SECONDS_MAX / 60:.0f} minutes and "
            f"{SOUND_BYTES_MAX // 1_000_000} MB."
        ),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    may_share = forms.BooleanField(label="I made it, or I may share it here")

from django.db import migrations, models
from django.db.models import Min


def name_the_first_clip(apps, schema_editor):
    """The own sound of a clip was made for the first clip that has it."""
    Clip = apps.get_model("videos", "Clip")
    firsts = (
        Clip.objects.filter(sound__is_original=True)
        .values("sound")
        .annotate(first=Min("pk"))
        .values("first")
    )
    Clip.objects.filter(pk__in=firsts).update(owns_sound=True)


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0006_a_sound_laid_under'),
    ]

    operations = [
        migrations.AddField(
            model_name='clip',
            name='owns_sound',
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(name_the_first_clip, migrations.RunPython.noop),
    ]

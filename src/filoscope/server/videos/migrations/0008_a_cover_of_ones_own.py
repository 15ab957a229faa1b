from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0007_whose_sound_it_is'),
    ]

    operations = [
        migrations.AddField(
            model_name='clip',
            name='cover_s',
            field=models.FloatField(blank=True, null=True),
        ),
    ]

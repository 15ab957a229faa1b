import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0001_initial'),
        ('sounds', '0002_sounds_to_hear'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='sound',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='sounds.sound'),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('edits', '0001_drafts'),
    ]

    operations = [
        migrations.AddField(
            model_name='draft',
            name='caption_language',
            field=models.CharField(blank=True, default='', max_length=35),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='take',
            name='kind',
            field=models.CharField(choices=[('clip', 'Take'), ('photo', 'Photo'), ('voice', 'Voice')], default='clip', max_length=10),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0008_a_cover_of_ones_own'),
    ]

    operations = [
        migrations.AddField(
            model_name='clip',
            name='sounding_folder',
            field=models.CharField(blank=True, db_index=True, max_length=200),
        ),
    ]

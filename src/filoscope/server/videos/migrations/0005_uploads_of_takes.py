from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0004_an_improvement'),
    ]

    operations = [
        migrations.AddField(
            model_name='upload',
            name='kind',
            field=models.CharField(choices=[('clip', 'Clip'), ('take', 'Take')], default='clip', max_length=10),
        ),
        migrations.AlterField(
            model_name='upload',
            name='state',
            field=models.CharField(choices=[('receiving', 'Receiving'), ('complete', 'Complete'), ('fetched', 'Fetched'), ('refused', 'Refused')], default='receiving', max_length=10),
        ),
    ]

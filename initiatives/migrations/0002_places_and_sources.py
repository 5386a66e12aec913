import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0001_initial'),
        ('tracker', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='InitiativePlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='initiatives.initiative')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.place')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('initiative', 'place'), name='initiatives_place_once')],
            },
        ),
        migrations.CreateModel(
            name='InitiativeSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sources', to='initiatives.initiative')),
                ('supports', models.CharField(choices=[('commitment', 'the commitment'), ('lifecycle', 'the lifecycle')], max_length=10, verbose_name='source of')),
                ('code', models.CharField(max_length=16, verbose_name='code')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='address')),
                ('official', models.BooleanField(default=False, verbose_name='official source')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'français')], max_length=2, verbose_name='language')),
            ],
            options={
                'verbose_name': 'source',
                'constraints': [
                    models.UniqueConstraint(fields=('initiative', 'supports', 'code'), name='initiatives_source_once'),
                    models.CheckConstraint(condition=Q(supports__in=['commitment', 'lifecycle']), name='initiatives_source_supports'),
                    models.CheckConstraint(condition=Q(language__in=['en', 'fr']), name='initiatives_source_language'),
                    models.CheckConstraint(condition=~Q(code='') & ~Q(title=''), name='initiatives_source_has_a_name'),
                ],
            },
        ),
        migrations.AddField(
            model_name='initiative',
            name='source_text_language',
            field=models.CharField(blank=True, choices=[('en', 'English'), ('fr', 'français')], max_length=2, verbose_name='language of the words'),
        ),
        migrations.AddConstraint(
            model_name='initiative',
            constraint=models.CheckConstraint(
                condition=Q(source_text_language='') | (Q(source_text_language__in=['en', 'fr']) & ~Q(source_text='')),
                name='initiatives_initiative_language_of_its_words',
            ),
        ),
    ]

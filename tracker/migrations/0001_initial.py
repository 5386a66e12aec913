import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Organization',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('code', models.CharField(max_length=16, unique=True, verbose_name='code')),
                ('abbreviation_en', models.CharField(max_length=16)),
                ('abbreviation_fr', models.CharField(max_length=16)),
                ('name_en', models.CharField(max_length=200)),
                ('name_fr', models.CharField(max_length=200)),
                ('gc_org_id', models.PositiveIntegerField(blank=True, null=True, verbose_name='government organization number')),
                ('fund_life_years', models.PositiveSmallIntegerField(default=1, verbose_name='years that funds live')),
            ],
            options={
                'verbose_name': 'organization',
                'constraints': [models.CheckConstraint(condition=models.Q(('fund_life_years__range', (1, 2))), name='tracker_organization_fund_life')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='tracker.organization')),
                ('language', models.CharField(blank=True, choices=[('en', 'English'), ('fr', 'français')], max_length=2, verbose_name='language')),
                ('theme', models.CharField(choices=[('auto', 'as the device'), ('light', 'light'), ('dark', 'dark')], default='auto', max_length=5, verbose_name='theme')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'constraints': [models.CheckConstraint(condition=models.Q(('language__in', ['', 'en', 'fr'])), name='tracker_user_language'), models.CheckConstraint(condition=models.Q(('theme__in', ['auto', 'light', 'dark'])), name='tracker_user_theme')],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='RoleGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to=settings.AUTH_USER_MODEL)),
                ('role', models.CharField(choices=[('viewer', 'viewer'), ('analyst', 'analyst'), ('manager', 'program manager'), ('pillar_lead', 'pillar lead'), ('plan_admin', 'plan administrator'), ('auditor', 'auditor'), ('administrator', 'administrator')], max_length=16, verbose_name='role')),
                ('scope', models.CharField(blank=True, max_length=64, verbose_name='scope')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
            ],
            options={
                'verbose_name': 'role grant',
                'constraints': [models.UniqueConstraint(fields=('user', 'role', 'scope'), name='tracker_grant_once'), models.CheckConstraint(condition=models.Q(('role__in', ['viewer', 'analyst', 'manager', 'pillar_lead', 'plan_admin', 'auditor', 'administrator'])), name='tracker_grant_role'), models.CheckConstraint(condition=models.Q(('scope', ''), ('scope__regex', '^[A-Z][A-Z0-9-]*(/[0-9A-Za-z][0-9A-Za-z.-]*)?$'), _connector='OR'), name='tracker_grant_scope'), models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='tracker_grant_dates')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('prefix', models.CharField(max_length=16, unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('scope', models.CharField(choices=[('read', 'read'), ('write', 'read and write')], default='read', max_length=8, verbose_name='scope')),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'API token',
                'constraints': [models.CheckConstraint(condition=models.Q(('scope__in', ['read', 'write'])), name='tracker_token_scope'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='tracker_token_expiry')],
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('code', models.CharField(max_length=32, unique=True, verbose_name='code')),
                ('name_en', models.CharField(max_length=200)),
                ('name_fr', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('port_of_entry', 'port of entry'), ('municipality', 'municipality'), ('region', 'region'), ('laboratory', 'laboratory'), ('facility', 'facility')], max_length=16, verbose_name='kind')),
                ('province', models.CharField(blank=True, max_length=2, verbose_name='province or territory')),
                ('latitude', models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                ('longitude', models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
            ],
            options={
                'verbose_name': 'place',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['port_of_entry', 'municipality', 'region', 'laboratory', 'facility'])), name='tracker_place_kind'), models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), _connector='OR'), name='tracker_place_coordinates')],
            },
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(unique=True)),
                ('actor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('actor_name', models.TextField(blank=True)),
                ('reason', models.TextField(blank=True)),
                ('channel', models.CharField(choices=[('web', 'web page'), ('api', 'API'), ('import', 'import'), ('task', 'scheduled task'), ('shell', 'shell')], max_length=10)),
                ('attributed', models.BooleanField()),
                ('replayed', models.BooleanField()),
            ],
            options={
                'verbose_name': 'revision',
            },
        ),
    ]

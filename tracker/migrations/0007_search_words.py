"""How texts are searched: in both languages, by the stems of their words, whatever their case and accents."""

from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

# Accents are folded before a word is stemmed, so that who types without them finds the same.
CONFIGURATIONS = """
create text search configuration public.search_en (copy = pg_catalog.english);
alter text search configuration public.search_en
    alter mapping for hword, hword_part, word with public.unaccent, pg_catalog.english_stem;
create text search configuration public.search_fr (copy = pg_catalog.french);
alter text search configuration public.search_fr
    alter mapping for hword, hword_part, word with public.unaccent, pg_catalog.french_stem;
"""

# The two languages of a text make one vector, and the words that are asked for either language's stems: one index, read
# once. A fixed search path keeps the functions whole: PostgreSQL would write their bodies into each query, and then
# not know what they cost. The keys of an update are words that nobody can type, for they hold a space.
FUNCTIONS = """
create function public.search_words(en text, fr text) returns tsvector
    language sql immutable parallel safe strict cost 10000 set search_path = pg_catalog
    return to_tsvector('public.search_en'::regconfig, en) || to_tsvector('public.search_fr'::regconfig, fr);

create function public.search_words_of_update(week bigint, initiative bigint, en text, fr text) returns tsvector
    language sql immutable parallel safe strict cost 10000 set search_path = pg_catalog
    return to_tsvector('public.search_en'::regconfig, en) || to_tsvector('public.search_fr'::regconfig, fr)
        || array_to_tsvector(array['week ' || week::text, 'initiative ' || initiative::text]);

create function public.search_list(list varchar[]) returns text
    language sql immutable parallel safe strict set search_path = pg_catalog
    return array_to_string(list, ' ');

-- All of the words, in either language. That they stand side by side is not asked: no index could tell. Of a word with
-- hyphens the parts are, so that it is found where it is written without them.
create function public.search_asked(words text) returns tsquery
    language sql stable parallel safe strict set search_path = pg_catalog
    return regexp_replace(regexp_replace(
        (plainto_tsquery('public.search_en'::regconfig, words)
            || plainto_tsquery('public.search_fr'::regconfig, words))::text,
        '''[^'' ]+-[^'' ]+'' (<(-|[0-9]+)>|&) ', '', 'g'), '<(-|[0-9]+)>', '&', 'g')::tsquery;
"""

UNDO = """
drop function public.search_asked(text);
drop function public.search_list(varchar[]);
drop function public.search_words_of_update(bigint, bigint, text, text);
drop function public.search_words(text, text);
drop text search configuration public.search_fr;
drop text search configuration public.search_en;
"""


class Migration(migrations.Migration):
    dependencies = [("tracker", "0006_exports")]

    operations = [
        UnaccentExtension(),
        migrations.RunSQL(CONFIGURATIONS + FUNCTIONS, UNDO),
    ]

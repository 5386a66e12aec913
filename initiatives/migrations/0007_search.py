"""Indexes by which words are found in initiatives, milestones, indicators and status updates."""

from django.db import migrations

INDEXES = """
create index initiatives_initiative_words on initiatives_initiative using gin (public.search_words(
    code || ' ' || title_en || ' ' || public.search_list(aliases_en) || ' ' || description_en || ' ' || source_text
        || ' ' || not_pursued_reason,
    title_fr || ' ' || public.search_list(aliases_fr) || ' ' || description_fr || ' ' || source_text
        || ' ' || not_pursued_reason));

create index initiatives_milestone_words on initiatives_milestone using gin (public.search_words(
    code || ' ' || title_en || ' ' || acceptance_criteria_en || ' ' || note_en || ' ' || cancelled_reason,
    title_fr || ' ' || acceptance_criteria_fr || ' ' || note_fr || ' ' || cancelled_reason));

create index initiatives_indicator_words on initiatives_indicator using gin (public.search_words(
    code || ' ' || title_en || ' ' || unit_en || ' ' || method_en || ' ' || note_en,
    title_fr || ' ' || unit_fr || ' ' || method_fr || ' ' || note_fr));

create index initiatives_statusupdate_words on initiatives_statusupdate using gin (
    public.search_words_of_update(week_id, initiative_id,
        headline_en || ' ' || narrative_en || ' ' || path_to_green_en || ' ' || decision_needed_en || ' '
            || explanation_en,
        headline_fr || ' ' || narrative_fr || ' ' || path_to_green_fr || ' ' || decision_needed_fr || ' '
            || explanation_fr));
"""

UNDO = """
drop index initiatives_statusupdate_words;
drop index initiatives_indicator_words;
drop index initiatives_milestone_words;
drop index initiatives_initiative_words;
"""


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0006_update_disagreement"), ("tracker", "0007_search_words")]

    operations = [migrations.RunSQL(INDEXES, UNDO)]

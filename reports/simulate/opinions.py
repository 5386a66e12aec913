"""What the status updates of a simulation say: moods that go from week to week, stories told in one language or two."""

from array import array

from initiatives.choices import Health
from initiatives.rules.disagreement import Dispute
from initiatives.rules.no_change import IN_A_ROW
from reports.simulate import words
from reports.simulate.course import Course
from reports.simulate.milestones import Milestones
from reports.simulate.rows import encoded
from reports.simulated_text import EXPLANATION, STORIES, Story

BODY = (
    "health_schedule", "health_cost", "health_scope", "health_overall", "overall_reason", "headline_en", "headline_fr",
    "narrative_en", "narrative_fr", "path_to_green_en", "path_to_green_fr", "decision_needed_en", "decision_needed_fr",
    "no_change", "disagreements", "explanation_en", "explanation_fr",
)  # fmt: skip
WORSENS, RECOVERS, UNCHANGED, BETTER_OVERALL, DECIDES = 0.06, 0.15, 0.25, 0.02, 0.1  # how likely in one week, 0 to 1
_NARRATIVE, _NO_CHANGE = BODY.index("narrative_en"), BODY.index("no_change")  # the French narrative follows
_HEALTHS = (Health.GREEN, Health.AMBER, Health.RED)
_ENGLISH, _FRENCH = 0, 1
# Who writes in which language: half in English, a quarter in French, a quarter in both.
_LANGUAGES = ((_ENGLISH,), (_ENGLISH,), (_FRENCH,), (_ENGLISH, _FRENCH))


class Opinions:
    """Each initiative's, by its place. Moods are 0 green, 1 amber, 2 red. A body is the columns `BODY` as text."""

    def __init__(self, course: Course, milestones: Milestones, number: int) -> None:
        self.course, self.milestones = course, milestones
        self._moods = bytearray(course.pick(6) // 3 * (1 + course.pick(2)) for _ in range(number))
        self._said = [""] * number  # what the last approved update affirms
        self._said_mood = bytearray(number)
        self._repeats = array("B", [0]) * number
        self._stories = {
            (mood, language): _told(health, language)
            for mood, health in enumerate(_HEALTHS)
            for language in (_ENGLISH, _FRENCH)
        }

    def draft(self, place: int, week: int) -> str:
        """A first try at the week's update."""
        return f"{self._core(place, week, self._moods[place])}\tf\t{{}}\t\t"

    def body(self, place: int, week: int) -> str:
        """What the week's update says: the same once more, or another story; and why, where facts speak against it."""
        chance = self.course.chance
        mood, late = self._mood(place), self.milestones.late[place] > 0
        stands = self._said[place] and self._said_mood[place] == mood and self._repeats[place] < IN_A_ROW
        if stands and not (late and mood == 0) and chance.random() < UNCHANGED:
            self._repeats[place] += 1
            return f"{self._said[place]}\tt\t{{}}\t\t"
        self._repeats[place] = 0
        core = self._core(place, week, mood)
        if late and mood == 0:
            return f"{core}\tf\t{{{Dispute.LATE.value}}}\t{EXPLANATION[0]}\t{EXPLANATION[1]}"
        return f"{core}\tf\t{{}}\t\t"

    def _mood(self, place: int) -> int:
        """A step up or down; where milestones are late, rarely green."""
        luck, mood = self.course.chance.random(), self._moods[place]
        if luck < WORSENS and mood < len(_HEALTHS) - 1:
            mood += 1
        elif luck < WORSENS + RECOVERS and mood:
            mood -= 1
        elif mood == 0 and self.milestones.late[place] and luck > 1 - RECOVERS:
            mood = 1
        self._moods[place] = mood
        return mood

    def _core(self, place: int, week: int, mood: int) -> str:
        """The columns that "no change" affirms."""
        course = self.course
        luck, health = course.chance.random(), _HEALTHS[mood].value
        overall, reason, decides = health, "", luck > 1 - DECIDES and mood == 2  # noqa: PLR2004 - red
        if mood == 1 and luck < BETTER_OVERALL:
            overall, reason = Health.GREEN.value, words.OVERALL_REASON
        texts = [""] * 8
        # One draw tells the story, another its numbers: both languages tell the same.
        told, of = course.chance.random(), 40 + course.pick(900)
        done = int(of * (week + 1) / (course.size.weeks + 1))
        for language in _LANGUAGES[place & 3]:
            stories = self._stories[mood, language]
            headline, narrative, path = stories[int(told * len(stories))]
            texts[language] = headline
            texts[2 + language] = narrative.format(n=done, m=of, w=course.weeks[week].number)
            texts[4 + language] = path
            texts[6 + language] = words.DECISION[language] if decides else ""
        cost = Health.AMBER.value if mood and luck < 0.3 else Health.GREEN.value  # noqa: PLR2004 - a share
        return f"{health}\t{cost}\t{Health.GREEN.value}\t{overall}\t{reason}\t" + "\t".join(texts)

    def approved(self, place: int, body: str) -> None:
        """From now on "no change" means this."""
        self._said[place], self._said_mood[place] = body.rsplit("\t", 4)[0], self._moods[place]


def answered(body: str) -> str:
    """What the reviewer asked for, said at the end of the narrative."""
    columns = body.split("\t")
    for language, sentence in enumerate(words.ADDED):
        if columns[_NARRATIVE + language]:
            columns[_NARRATIVE + language] += sentence
    columns[_NO_CHANGE] = "f"
    return "\t".join(columns)


def _told(health: Health, language: int) -> list[tuple[str, str, str]]:
    """Headlines, narratives and paths to green of a mood, every way in which they are told."""

    def parts(story: Story) -> tuple[str, str, str]:
        if language == _FRENCH:
            return story.headline_fr, story.narrative_fr, story.path_fr
        return story.headline_en, story.narrative_en, story.path_en

    found = []
    for story in STORIES[health]:
        headline, narrative, path = parts(story)
        told = map(encoded, words.narratives(narrative, language))
        found += [(encoded(headline), text, encoded(path)) for text in told]
    return found

"""What people write in a simulation at scale, in both languages: some hundred updates' worth, told apart by numbers."""

from reports.simulated_text import INITIATIVES, MILESTONES
from reports.simulated_text import PILLARS as FEW_PILLARS

Pair = tuple[str, str]  # English, French

PILLARS: list[Pair] = [
    *FEW_PILLARS,
    ("Intelligence and analysis", "Renseignement et analyse"),
    ("Cooperation with partners", "Coopération avec les partenaires"),
]
INITIATIVE_TITLES: list[Pair] = [titles for group in INITIATIVES for titles in group]
REGIONS: list[Pair] = [
    ("Atlantic region", "région de l’Atlantique"),
    ("Quebec region", "région du Québec"),
    ("Northern Ontario region", "région du Nord de l’Ontario"),
    ("Southern Ontario region", "région du Sud de l’Ontario"),
    ("Greater Toronto Area region", "région du Grand Toronto"),
    ("Prairie region", "région des Prairies"),
    ("Pacific region", "région du Pacifique"),
    ("the territories", "les territoires"),
    ("headquarters", "administration centrale"),
]
MILESTONE_TITLES: list[Pair] = [
    *MILESTONES,
    ("Funds released by the Treasury Board", "Fonds débloqués par le Conseil du Trésor"),
    ("Agreement signed with the province", "Entente signée avec la province"),
    ("First people trained", "Premières personnes formées"),
    ("Equipment accepted", "Matériel accepté"),
    ("Privacy assessment approved", "Évaluation de la vie privée approuvée"),
    ("Pilot evaluated", "Projet pilote évalué"),
    ("Public notice given", "Avis public donné"),
    ("Handed over to operations", "Remis aux opérations"),
]

# Of one initiative: `n` of `m` are done, in the week of that number.
PROGRESS: list[Pair] = [
    (
        "{n} of {m} units are in place at the end of week {w}, and the acceptance tests of the next lot have begun.",
        "{n} unités sur {m} sont en place à la fin de la semaine {w}, et l’essai du lot suivant a commencé.",
    ),
    (
        "The region counts {n} trained people of the {m} it needs; another course is filled since week {w}.",
        "La région compte {n} personnes formées sur les {m} qu’il lui faut; un autre cours commence en semaine {w}.",
    ),
    (
        "Of {m} requests received since the spring, {n} are answered as of week {w}; none waits longer than a month.",
        "Des {m} demandes reçues au printemps, {n} ont leur réponse en semaine {w}; aucune n’attend plus d’un mois.",
    ),
    (
        "{n} of {m} inspections are done; those left after week {w} depend on access to the northern posts.",
        "{n} inspections sur {m} sont faites; après la semaine {w}, le reste dépend de l’accès aux postes du Nord.",
    ),
    (
        "The contractor has delivered {n} of {m} parts and confirmed the rest in writing during week {w}.",
        "Le fournisseur a livré {n} pièces sur {m} et a confirmé les autres par écrit pendant la semaine {w}.",
    ),
]
# Each as it goes on after a sentence: in the same paragraph, or in the next.
CLOSINGS: list[Pair] = [
    (" The next review with the department is set.", " La prochaine revue avec le ministère est fixée."),
    (
        " Costs stay within the authority of the year.",
        " Les coûts restent dans les limites de l’autorisation de l’année.",
    ),
    (" The partners call it “ready”, in writing.", " Les partenaires l’écrivent\u00a0: «\u00a0prêt\u00a0»."),
    (
        "\n\nThe unions were consulted, and raised no objection.",
        "\n\nLes syndicats ont été consultés et ne s’y opposent pas.",
    ),
]
DECISION: Pair = (
    "Decide by the end of the month whether the second site may be used.",
    "Décider d’ici la fin du mois si le deuxième emplacement peut servir.",
)
OVERALL_REASON = "The delay is made up within the month; the date that counts does not move."
RETURNED = "Say since when, and what it costs."
ADDED: Pair = (
    " It is so since the first week of the quarter, at no cost.",
    " Il en est ainsi depuis la première semaine du trimestre, sans frais.",
)
MOVED = (
    "Delivery of equipment is late",
    "The permit takes longer than foreseen",
    "The site was under snow until April",
    "The tender had to be repeated",
)
ASKED = "The supplier cannot deliver earlier"
REFUSED = "Ask the second supplier first."
CANCELLED = "Another initiative delivers the same"
NOT_PURSUED = "The province builds it instead; the money goes to the neighbouring region."
CORRECTED = "Invoiced twice"


def narratives(story: str, language: int) -> list[str]:
    """Every way to go on with the story in its language (0 English, 1 French), with places for `n`, `m` and `w`."""
    return [f"{story} {progress[language]}{closing[language]}" for progress in PROGRESS for closing in CLOSINGS]

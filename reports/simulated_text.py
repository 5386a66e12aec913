"""The words of the simulated plan, in both languages."""

from dataclasses import dataclass

from initiatives.choices import Health

PILLARS = [
    ("Detection", "Détection"),
    ("Coordination", "Coordination"),
    ("Service at the border", "Service à la frontière"),
]

INITIATIVES = [
    [
        ("Renewal of cargo scanners", "Renouvellement des appareils de balayage du fret"),
        ("Mobile laboratories", "Laboratoires mobiles"),
        ("Training of detector dogs", "Dressage de chiens détecteurs"),
        ("Sensors on rural roads", "Capteurs sur les routes rurales"),
    ],
    [
        ("Shared operations room", "Salle d’opérations commune"),
        ("Joint radio network", "Réseau radio commun"),
        ("Exchange of analysts", "Échange d’analystes"),
        ("Common case file", "Dossier commun"),
        ("Second operations room", "Deuxième salle d’opérations"),
    ],
    [
        ("Shorter waits at large crossings", "Attente réduite aux grands postes"),
        ("Digital declaration", "Déclaration numérique"),
        ("Signs in both official languages", "Signalisation dans les deux langues officielles"),
    ],
]

MILESTONES = [
    ("Needs confirmed with the regions", "Besoins confirmés avec les régions"),
    ("Contract awarded", "Contrat attribué"),
    ("First site in service", "Premier site en service"),
    ("All sites in service", "Tous les sites en service"),
]


# Why a rating stands although facts speak against it.
EXPLANATION = (
    "The delay does not touch the dates that other work depends on, and the money is committed.",
    "Le retard ne touche pas les dates dont dépendent les autres travaux, et les fonds sont engagés.",
)


@dataclass(frozen=True)
class Story:
    """What an update says."""

    headline_en: str
    headline_fr: str
    narrative_en: str
    narrative_fr: str
    path_en: str = ""
    path_fr: str = ""


STORIES: dict[Health, list[Story]] = {
    Health.GREEN: [
        Story(
            "Work goes as planned",
            "Les travaux avancent comme prévu",
            "The regions have confirmed their needs and the next delivery is on its way.",
            "Les régions ont confirmé leurs besoins et la prochaine livraison est en route.",
        ),
        Story(
            "Installation is ahead at two sites",
            "L’installation est en avance à deux sites",
            "Two of the five sites were ready before their date; the others keep theirs.",
            "Deux des cinq sites étaient prêts avant la date; les autres tiennent la leur.",
        ),
    ],
    Health.AMBER: [
        Story(
            "Delivery of equipment is three weeks late",
            "La livraison du matériel a trois semaines de retard",
            "The supplier has moved its date; installation cannot begin before the parts arrive.",
            "Le fournisseur a repoussé sa date; l’installation ne peut commencer avant l’arrivée des pièces.",
            "Installation crews work in two shifts from the first of next month.",
            "Les équipes d’installation travailleront en deux quarts dès le premier du mois prochain.",
        ),
        Story(
            "Fewer trained people than planned",
            "Moins de personnel formé que prévu",
            "Only half of the places on the course could be filled.",
            "Seule la moitié des places du cours a pu être comblée.",
            "A second course opens in the fall; the region lends four people until then.",
            "Un deuxième cours commence à l’automne; la région prête quatre personnes d’ici là.",
        ),
    ],
    Health.RED: [
        Story(
            "The site cannot be used before the permit is given",
            "Le site ne peut servir avant l’obtention du permis",
            "The permit was refused; the appeal takes at least three months.",
            "Le permis a été refusé; l’appel prendra au moins trois mois.",
            "Another site has to be chosen, or the date moved by a quarter.",
            "Il faut choisir un autre site ou repousser la date d’un trimestre.",
        ),
    ],
}

HEADLINE_REASON = (
    "The two sites that hold the pillar back have a permit since Thursday; the work resumes on Monday.",
    "Les deux emplacements qui freinent le pilier ont leur permis depuis jeudi ; les travaux reprennent lundi.",
)

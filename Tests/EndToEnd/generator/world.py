"""A made-up world of birds, places and visits, and the forms in which files write the names of its birds."""

import dataclasses
import datetime

GENERA = ["Larus", "Corvus", "Anas", "Parus", "Turdus", "Buteo", "Falco", "Calidris", "Sylvia", "Passer", "Strix", "Picus"]
EPITHETS = ["albus", "niger", "minor", "major", "montanus", "palustris", "borealis", "arcticus", "rufus", "viridis", "caeruleus",
            "novae-hollandiae", "smithi", "ater", "cristatus", "domesticus", "urbica", "glacialis", "pygmaeus", "marinus"]
KINDS = ["Gull", "Crow", "Duck", "Tit", "Thrush", "Hawk", "Falcon", "Stint", "Warbler", "Sparrow", "Owl", "Woodpecker"]
ADJECTIVES = ["White", "Black", "Lesser", "Great", "Mountain", "Marsh", "Northern", "Arctic", "Rufous", "Green", "Steller's",
              "Blue-grey", "New Holland", "Müller's", "Red-necked", "Crested", "House", "Eastern", "Pygmy", "Sea"]
AUTHORS = ["Linnaeus", "Gmelin", "Brehm", "Müller", "de Selys", "Sharpe & Dresser"]


@dataclasses.dataclass(frozen=True)
class Species:
    """A species as the service tells it."""
    code: str
    scientific: str | None = None
    common: str | None = None
    category: str | None = None


@dataclasses.dataclass(frozen=True)
class Taxon:
    code: str
    scientific: str
    common: str
    category: str
    order: int


@dataclasses.dataclass(frozen=True)
class Bird:
    """A name as a file writes it, and what the service makes of it."""
    scientific: str
    common: str
    species: Species
    # What the species does not say, which goes into the comments.
    remark: str | None = None
    # The name of the species alone, as GBIF has it beside the scientific name.
    binomial: str = ""
    taxon: Taxon | None = None


@dataclasses.dataclass(frozen=True)
class Place:
    code: str
    name: str
    # As text, so that the same digits are written and expected; empty if not known.
    latitude: str
    longitude: str
    region: str


@dataclasses.dataclass(frozen=True)
class Day:
    """A date of which the day, the month or all may not be known."""
    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __str__(self):
        return "-".join(f"{part:02}" for part in (self.year, self.month, self.day) if part is not None)

    @property
    def told(self):
        return str(self) or None


@dataclasses.dataclass(frozen=True)
class Visit:
    id: str
    place: Place
    day: Day
    # Minutes after midnight.
    time: int | None
    minutes: int | None
    km: float | None
    ha: float | None
    observers: int | None
    complete: int | None
    protocol: str | None
    comment: str | None
    birds: tuple

    @property
    def clock(self):
        return None if self.time is None else f"{self.time // 60:02}:{self.time % 60:02}"


def make_taxa(chance):
    """Species of a few genera, and what eBird's taxonomy has beside species."""
    taxa, genera = [], chance.sample(range(len(GENERA)), chance.randint(2, 4))

    def add(scientific, common, category):
        taxa.append(Taxon(f"{scientific[:3].lower()}{len(taxa)}", scientific, common, category, 100 + 7 * len(taxa)))

    for number in genera:
        genus, kind = GENERA[number], KINDS[number]
        some = chance.sample(range(len(EPITHETS)), chance.randint(2, 4))
        names = [(f"{genus} {EPITHETS[n]}", f"{ADJECTIVES[n]} {kind}") for n in some]
        for scientific, common in names:
            add(scientific, common, "species")
        (one, one_common), (other, other_common) = names[:2]
        epithet = other.split(" ")[1]
        extra = [(f"{one} pallidus", f"{one_common} (Pale)", "issf"),
                 (f"{one}/{epithet}", f"{one_common}/{other_common}", "slash"),
                 (f"{genus} sp.", f"{kind.lower()} sp.", "spuh"),
                 (f"{one} x {epithet}", f"{one_common} x {other_common} (hybrid)", "hybrid"),
                 (f"{one} (Domestic type)", f"{one_common} (Domestic type)", "domestic")]
        for taxon in chance.sample(extra, chance.randint(0, 5)):
            add(*taxon)
    return taxa


class Names:
    """Writes names of birds, and knows what becomes of them with the species that a taxonomy has.

    - known: `Species` by scientific name.
    - taxa: All taxa of the world, which the taxonomy may lack.
    """

    def __init__(self, chance, taxa, known):
        self.chance, self.taxa, self.known = chance, taxa, known

    def bird(self, odd=True):
        """Any bird, under any form of its name if it may be odd."""
        taxon = self.chance.choice(self.taxa)
        if not odd or self.chance.random() < 0.5:
            return self.plain(taxon)
        return getattr(self, f"write_{taxon.category}")(taxon)

    def plain(self, taxon):
        known = self.known.get(taxon.scientific)
        binomial = taxon.scientific if taxon.category == "species" else ""
        if known:
            return Bird(taxon.scientific, taxon.common, known, binomial=binomial, taxon=taxon)
        if taxon.category == "issf":
            species = " ".join(taxon.scientific.split(" ")[:2])
            if species in self.known:
                return Bird(taxon.scientific, taxon.common, self.known[species], f"identified as {taxon.scientific}", species, taxon)
        return self.unknown(taxon.scientific, taxon.common, None if taxon.category == "species" else taxon.category, taxon=taxon)

    def unknown(self, written, common, category, kept=None, **more):
        return Bird(written, common, Species(kept or written, category=category), **more)

    def author(self):
        author, year = self.chance.choice(AUTHORS), self.chance.randint(1758, 1950)
        return self.chance.choice([f" {author}, {year}", f" ({author}, {year})", f", {author} {year}", f" {author} {year}"])

    def write_species(self, taxon):
        chance, name, common = self.chance, taxon.scientific, taxon.common
        genus, epithet = name.split(" ")
        known = self.known.get(name)
        author = self.author()

        def same(written, kept=None, remark=None):
            # The species, whether a taxonomy knows it or not.
            if known:
                return Bird(written, common, known, remark and f"identified as {remark}", name, taxon)
            return self.unknown(written, common, None, kept or written, binomial=name, taxon=taxon)

        def below(written):
            # A subspecies that no taxonomy has.
            if known:
                return Bird(written, common, known, f"identified as {written}", name, taxon)
            return self.unknown(written, common, "issf", binomial=name, taxon=taxon)

        doubtful = chance.choice([f"{genus} cf. {epithet}", f"{name}?", f"{name} ?", f"{genus} cf {epithet}"])
        ways = [
            lambda: same(name + author, name),
            lambda: same(f"{genus} (Subgenus) {epithet}{author}", f"{genus} (Subgenus) {epithet}"),
            lambda: same(f"Oldgenus ({genus}) {epithet}", f"Oldgenus ({genus}) {epithet}"),
            lambda: same(name.upper()),
            lambda: same(name.replace(" ", "_"), name),
            lambda: same(f"\u2020{name}", name),
            lambda: same(doubtful, remark=doubtful),
            lambda: below(f"{name} {chance.choice(['ssp. ', 'subsp. ', '', 'var. '])}novus"),
            lambda: self.unknown(f"{genus} aff. {epithet}", common, None, taxon=taxon),
            lambda: self.domestic(taxon, name + chance.choice([" f. domestica", " forma domestica", " domestica", " 'domestica'"])),
            lambda: self.synonym(taxon),
            lambda: self.unknown(f"Ignotus {epithet}{author}", "", None, f"Ignotus {epithet}", binomial=f"Ignotus {epithet}"),
            lambda: self.unknown(genus, f"some {genus}", "spuh"),
            lambda: self.unknown(f"{genus} Linnaeus, 1758", f"some {genus}", "spuh", genus),
        ]
        return chance.choice(ways)()

    def domestic(self, taxon, written):
        known = self.known.get(f"{taxon.scientific} (Domestic type)")
        if known:
            return Bird(written, taxon.common, known, taxon=taxon)
        return self.unknown(written, taxon.common, "domestic", taxon=taxon)

    def synonym(self, taxon):
        """A scientific name that the taxonomy lacks, beside a common name that it has."""
        written, known = f"Alius {taxon.scientific.split(' ')[1]}", self.known.get(taxon.scientific)
        if known and known.common:
            return Bird(written, taxon.common, known, binomial=written, taxon=taxon)
        return self.unknown(written, taxon.common, None, binomial=written, taxon=taxon)

    def write_issf(self, taxon):
        genus, epithet, last = taxon.scientific.split(" ")
        known = self.known.get(taxon.scientific)
        species = f"{genus} {epithet}"
        author = f" {self.chance.choice(AUTHORS)}, 1800"
        written = self.chance.choice([f"{species} ssp. {last}", f"{taxon.scientific}{author}", f"{genus} (Subgenus) {epithet} {last}",
                                      f"{species} subsp. {last}{author}"])
        if known:
            return Bird(written, taxon.common, known, binomial=species, taxon=taxon)
        if species in self.known:
            return Bird(written, taxon.common, self.known[species], f"identified as {written.removesuffix(author)}", species, taxon)
        return self.unknown(written, taxon.common, "issf", written.removesuffix(author), binomial=species, taxon=taxon)

    def write_slash(self, taxon):
        one, epithet = taxon.scientific.split("/")
        genus = one.split(" ")[0]
        return self.other(taxon, self.chance.choice([taxon.scientific, f"{one}/{genus} {epithet}", f"{one} / {epithet}"]))

    def write_spuh(self, taxon):
        genus = taxon.scientific.split(" ")[0]
        return self.other(taxon, self.chance.choice([f"{genus} sp.", f"{genus} spec.", f"{genus} spp.", f"{genus} sp"]))

    def write_hybrid(self, taxon):
        one, epithet = taxon.scientific.split(" x ")
        genus, first = one.split(" ")
        return self.other(taxon, self.chance.choice([
            f"{one} \u00d7 {epithet}", f"{one} x {genus} {epithet}", f"{genus} {epithet} x {first}", f"{one} x {genus[0]}. {epithet}",
            f"{genus} {epithet} \u00d7 {genus} {first}"]))

    def write_domestic(self, taxon):
        species = taxon.scientific.removesuffix(" (Domestic type)")
        return self.other(taxon, self.chance.choice([taxon.scientific, f"{species} f. domestica"]))

    def other(self, taxon, written):
        known = self.known.get(taxon.scientific)
        if known:
            return Bird(written, taxon.common, known, taxon=taxon)
        return self.unknown(written, taxon.common, taxon.category, taxon=taxon)

    def birds(self, count, odd=True):
        """Some birds of different species."""
        found = {}
        for _ in range(count):
            bird = self.bird(odd)
            found.setdefault(bird.species.code, bird)
        return tuple(found.values())


def make_places(chance, text, odd=True):
    """Places with different names; some are without coordinates."""
    places = []
    for number in range(chance.randint(1, 5)):
        latitude, longitude = f"{chance.uniform(-90, 90):.{chance.randint(0, 7)}f}", f"{chance.uniform(-180, 180):.{chance.randint(0, 7)}f}"
        if odd and chance.random() < 0.15:
            latitude, longitude = "", ""
        # Some formats write an unknown place as (0, 0) or (-1, -1), and SQLite has no negative zero.
        if latitude and (float(latitude) in (0, -1) or float(longitude) in (0, -1)):
            latitude, longitude = "5.5", "-5.5"
        places.append(Place(f"L{100 + number}", f"{text()} {number}", latitude, longitude,
                            chance.choice(["CA-BC", "CA-YT", "US-WA", "SE-M", "NA-KH"])))
    return places


def make_day(chance, partial):
    kind = chance.random()
    if partial and kind < 0.06:
        return Day()
    day = datetime.date(chance.choice([1850, 1999, 2020, 2021, 2024]), 1, 1) + datetime.timedelta(chance.randrange(365))
    if partial and kind < 0.1:
        return Day(day.year)
    if partial and kind < 0.16:
        return Day(day.year, day.month)
    return Day(day.year, day.month, day.day)


def make_visits(chance, places, names, text, count, odd=True, partial=True):
    for number in range(count):
        yield Visit(
            f"S{1000 + 7 * number}", chance.choice(places), make_day(chance, partial),
            chance.choice([None, chance.randrange(1, 1440)]), chance.choice([None, 0, 45]), chance.choice([None, 1.5, 0.25, 3.0]),
            chance.choice([None, 2.5]), chance.choice([None, 1, 2]), chance.choice([None, 0, 1]),
            chance.choice([None, "Stationary", "Traveling"]), chance.choice([None, text(True)]),
            names.birds(chance.randint(1, 4), odd))

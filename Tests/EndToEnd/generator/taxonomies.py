"""Writes the taxa of a made-up world as tables of species, and says what the service then knows."""

from .files import Table
from .world import Species


def known(taxa, code=lambda taxon: taxon.code, common=lambda taxon: taxon.common):
    return {taxon.scientific: Species(code(taxon), taxon.scientific, common(taxon), taxon.category) for taxon in taxa}


def ebird_site(taxa, chance):
    columns = ["TAXON_ORDER", "CATEGORY", "SPECIES_CODE", "TAXON_CONCEPT_ID", "PRIMARY_COM_NAME", "SCI_NAME", "ORDER", "FAMILY",
               "SPECIES_GROUP", "REPORT_AS"]
    rows = [{"TAXON_ORDER": str(taxon.order), "CATEGORY": taxon.category, "SPECIES_CODE": taxon.code, "PRIMARY_COM_NAME": taxon.common,
             "SCI_NAME": taxon.scientific, "ORDER": "Passeriformes"} for taxon in taxa]
    return "ebird-taxonomy", columns, rows, known(taxa), {}


def ebird_api(taxa, chance):
    columns = ["SCIENTIFIC_NAME", "COMMON_NAME", "SPECIES_CODE", "CATEGORY", "TAXON_ORDER", "COM_NAME_CODES", "SCI_NAME_CODES", "ORDER",
               "FAMILY_COM_NAME", "REPORT_AS"]
    rows = [{"TAXON_ORDER": f"{taxon.order}.0", "CATEGORY": taxon.category, "SPECIES_CODE": taxon.code, "COMMON_NAME": taxon.common,
             "SCIENTIFIC_NAME": taxon.scientific} for taxon in taxa]
    return "ebird-taxonomy", columns, rows, known(taxa), {}


def clements(taxa, chance):
    """Species have codes, and subspecies neither codes nor English names."""
    taxa = [taxon for taxon in taxa if taxon.category in ("species", "issf")]
    order = chance.choice(["sort v2025", "sort v2024", "sort"])
    columns = [order, "species_code", "Clements v2025 change", "category", "English name", "scientific name", "authority", "range"]
    rows = [{order: str(taxon.order), "species_code": taxon.code if taxon.category == "species" else "",
             "category": "species" if taxon.category == "species" else "subspecies",
             "English name": taxon.common if taxon.category == "species" else "", "scientific name": taxon.scientific,
             "authority": "(Gmelin, 1788)"} for taxon in taxa]
    rows.insert(0, {order: "0.2", "English name": "Citation"})
    return "clements", columns, rows, known(
        taxa, lambda taxon: taxon.code if taxon.category == "species" else taxon.scientific,
        lambda taxon: taxon.common if taxon.category == "species" else None), {"without a name": 1}


def ioc(taxa, chance):
    """There are no codes; extinct species have daggers."""
    taxa = [taxon for taxon in taxa if taxon.category in ("species", "issf")]
    ranks = chance.random() < 0.5
    columns = ["Seq.", *(["Rank"] if ranks else []), "Order", "Family", "Scientific name", "Authority", "English name", "Code"]
    rows = [{"Seq.": str(taxon.order), "Rank": "Species" if taxon.category == "species" else "ssp", "Order": "PASSERIFORMES",
             "Scientific name": taxon.scientific + chance.choice(["", "", "\u2020"]), "Authority": "(Gmelin, 1788)",
             "English name": taxon.common, "Code": "TAX"} for taxon in taxa]
    left_out = {}
    if ranks:
        rows.insert(0, {"Seq.": "1", "Rank": "Genus", "Scientific name": taxa[0].scientific.split(" ")[0]})
        left_out = {"not a species (genus)": 1}
    return "ioc", columns, rows, known(taxa, lambda taxon: taxon.scientific), left_out


def ioc_master(taxa, chance):
    """Each rank has a column and rows of its own."""
    taxa = sorted((taxon for taxon in taxa if taxon.category in ("species", "issf")), key=lambda taxon: taxon.scientific)
    columns = ["Order", "Family (Scientific)", "Genus", "Species (Scientific)", "Subspecies", "Authority", "Species (English)"]
    rows, genus, higher = [{"Order": "PASSERIFORMES"}, {"Family (Scientific)": "Corvidae"}], None, 2
    for taxon in taxa:
        words = taxon.scientific.split(" ")
        if words[0] != genus:
            genus = words[0]
            rows.append({"Genus": genus if chance.random() < 0.5 else genus.upper()})
            higher += 1
        rows.append({"Species (Scientific)": words[1], "Species (English)": taxon.common} if len(words) == 2 else {"Subspecies": words[2]})
    return "ioc-master", columns, rows, known(taxa, lambda taxon: taxon.scientific, lambda taxon: taxon.common if taxon.category == "species" else None), {
        "not a species (a higher rank)": higher}


def feederwatch(taxa, chance):
    columns = ["species_code", "alt_full_spp_code", "n_locations", "scientific_name", "american_english_name", "taxonomy_version",
               "taxonomic_sort_order"]
    rows = [{"species_code": taxon.code, "n_locations": "7", "scientific_name": taxon.scientific, "american_english_name": taxon.common,
             "taxonomy_version": "2023", "taxonomic_sort_order": str(taxon.order)} for taxon in taxa]
    return "feederwatch-species", columns, rows, known(taxa), {}


def plain(taxa, chance):
    rows = [{"species_id": taxon.code, "sci_name": taxon.scientific, "en_us": taxon.common} for taxon in taxa]
    return "plain-species", ["species_id", "sci_name", "en_us"], rows, known(taxa), {}


TAXONOMIES = {"ebird-site": ebird_site, "ebird-api": ebird_api, "clements": clements, "ioc": ioc, "ioc-master": ioc_master,
              "feederwatch-species": feederwatch, "plain-species": plain}


def write(name, taxa, style):
    """A table of species: its format, a `Table`, rows, the species that it makes known, and the reasons for rows left out."""
    form, columns, rows, species, left_out = TAXONOMIES[name](taxa, style.chance)
    ordered = name != "ioc-master"
    if ordered and style.chance.random() < 0.3:
        style.chance.shuffle(rows)
    if ordered and style.chance.random() < 0.15:
        rows.append(dict(rows[-1]))
        repeated = rows[-1]
        if repeated.get("English name") != "Citation" and repeated.get("Rank") != "Genus":
            left_out = left_out | {"the same as an earlier row": 1}
        else:
            left_out = {reason: count + 1 for reason, count in left_out.items()}
    return form, Table(columns, style), rows, species, left_out

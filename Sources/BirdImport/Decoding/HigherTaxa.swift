import Birds

/// Tells birds from other living things by kingdom, phylum, class and order.
///
/// A class decides alone. Without one, a row is a bird unless its kingdom, phylum or order is none of birds: GBIF has
/// no class for ray-finned fishes, and collections leave out what they think is clear.
enum HigherTaxa {
    /// The cell that tells that a row is not about a bird; nil for birds.
    @inline(__always)
    static func notBirds(_ columns: Columns, _ row: Row) -> Row.Cell? {
        if columns.has(.taxonClass) {
            let cell = columns.cell(.taxonClass, row)
            // Nearly all rows of a file of birds, so nothing else is read.
            if row.bytes[cell.range].elementsEqual("Aves".utf8) { return nil }
            if let word = word(cell, row) {
                return word.hasPrefix("aves") || word == "birds" || word == "bird" ? nil : cell
            }
        }
        if columns.has(.higherTaxa), let other = otherClass(columns.cell(.higherTaxa, row), row) { return other }
        for (member, ofBirds) in [(Format.Member.kingdom, kingdoms), (.phylum, phyla), (.order, orders)]
        where columns.has(member) {
            let cell = columns.cell(member, row)
            if let word = word(cell, row), !ofBirds.contains(word) { return cell }
        }
        return nil
    }

    /// The taxon in a text such as `Animalia|Chordata|Mammalia` that tells that it is none of birds: a class, an order,
    /// or what is at the place of the phylum, after the kingdom. *Aves* decides wherever it is.
    private static func otherClass(_ cell: Row.Cell, _ row: Row) -> Row.Cell? {
        let taxa = row.bytes[cell.range].split { "|;,:>/ ".utf8.contains($0) }
        let names = taxa.map { String(decoding: $0, as: UTF8.self).lowercased() }
        if names.contains(where: { ["aves", "birds", "bird"].contains($0) }) { return nil }
        var other = names.lastIndex { otherTaxa.contains($0) || $0.hasSuffix("formes") && !orders.contains($0) }
        if other == nil, names.count > 1, kingdoms.contains(names[0]), !names[1].hasSuffix("idae"),
            !names.contains(where: { phyla.contains($0) || orders.contains($0) || unknown.contains($0) })
        {
            other = 1
        }
        return other.map {
            Row.Cell(start: Int32(clamping: taxa[$0].startIndex), end: Int32(clamping: taxa[$0].endIndex))
        }
    }

    private static let otherTaxa: Set<String> = [
        "mammalia", "reptilia", "amphibia", "actinopterygii", "actinopteri", "osteichthyes", "chondrichthyes",
        "elasmobranchii", "holocephali", "cladistia", "dipneusti", "coelacanthi", "myxini", "petromyzonti",
        "cephalaspidomorphi", "agnatha", "pisces", "lepidosauria", "squamata", "testudines", "crocodylia", "crocodilia",
        "rhynchocephalia", "anura", "caudata", "urodela", "gymnophiona", "ascidiacea", "leptocardii", "arthropoda",
        "mollusca", "annelida", "cnidaria", "echinodermata", "nematoda", "platyhelminthes", "porifera", "bryozoa",
        "rotifera", "tardigrada", "insecta", "hexapoda", "arachnida", "malacostraca", "gastropoda", "bivalvia",
        "cephalopoda", "chilopoda", "diplopoda", "collembola", "lepidoptera", "coleoptera", "diptera", "hymenoptera",
        "hemiptera", "odonata", "orthoptera", "plantae", "viridiplantae", "tracheophyta", "bryophyta",
        "marchantiophyta", "fungi", "ascomycota", "basidiomycota", "bacteria", "archaea", "protozoa", "chromista",
        "viruses", "magnoliopsida", "liliopsida", "pinopsida", "polypodiopsida", "bryopsida", "agaricomycetes",
        "lecanoromycetes",
    ]

    /// Whether a row has a class.
    static func hasClass(_ columns: Columns, _ row: Row) -> Bool {
        word(columns.cell(.taxonClass, row), row) != nil
    }

    /// The first word of a cell in lower case; nil if it tells nothing.
    private static func word(_ cell: Row.Cell, _ row: Row) -> String? {
        if cell.isEmpty { return nil }
        let text = row.text(cell).lowercased()
        return unknown.contains(text) ? nil : text.split(separator: " ").first.map(String.init)
    }

    private static let unknown: Set<String> = [
        "na", "n/a", "null", "none", "-", "?", "unknown", "unassigned", "not assigned", "unplaced", "undetermined",
        "incertae sedis", "unranked",
    ]
    private static let kingdoms: Set<String> = ["animalia", "metazoa", "animal", "animals"]
    private static let phyla: Set<String> = ["chordata", "craniata", "vertebrata"]

    /// The orders of birds in the taxonomies of eBird, IOC, BirdLife and GBIF, with older and extinct ones.
    private static let orders: Set<String> = [
        "accipitriformes", "aegotheliformes", "aepyornithiformes", "alciformes", "anseriformes", "apodiformes",
        "apterygiformes", "ardeiformes", "bucerotiformes", "caprimulgiformes", "cariamiformes", "casuariiformes",
        "cathartiformes", "charadriiformes", "ciconiiformes", "coliiformes", "columbiformes", "coraciiformes",
        "craciformes", "cuculiformes", "dinornithiformes", "dromaiiformes", "eurypygiformes", "falconiformes",
        "galbuliformes", "galliformes", "gastornithiformes", "gaviiformes", "gruiformes", "hesperornithiformes",
        "ichthyornithiformes", "lariformes", "leptosomiformes", "mesitornithiformes", "musophagiformes",
        "nyctibiiformes", "odontopterygiformes", "opisthocomiformes", "otidiformes", "passeriformes",
        "pelecaniformes", "phaethontiformes", "phoenicopteriformes", "piciformes", "podargiformes",
        "podicipediformes", "podicipitiformes", "procellariiformes", "psittaciformes", "pterocletiformes",
        "pterocliformes", "pteroclidiformes", "ralliformes", "raphiformes", "rheiformes", "scolopaciformes",
        "sphenisciformes", "steatornithiformes", "strigiformes", "struthioniformes", "suliformes", "tinamiformes",
        "trochiliformes", "trogoniformes", "turniciformes", "upupiformes",
    ]
}

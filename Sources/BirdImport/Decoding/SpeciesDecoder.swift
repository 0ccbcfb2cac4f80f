import Birds

/// A row of a species table.
struct SourceSpecies: Equatable {
    var code: String
    var scientificName: String?
    var commonName: String?
    /// The kind of taxon, in the words of eBird's taxonomy, such as `species`, `issf` or `hybrid`.
    var category: String?
    /// Its position in a list in which relatives follow one another. Only taxonomies have it.
    var taxonOrder: Double?
    /// Whether it comes from a taxonomy, or a table with an order, which knows names better than other tables.
    var isOfTaxonomy = false
    /// Whether codes of other taxonomies give way to its own.
    var decidesCodes = false
    /// Whether the code is only the scientific name, since the table has no codes.
    var isNamedByCode = false
    /// The number of the last file of the import that has it.
    var file = 0

    func hasNames(of other: SourceSpecies) -> Bool {
        scientificName == other.scientificName && commonName == other.commonName
    }

    /// Takes the order and category from a later row with the same code and names. A taxonomy knows the category better
    /// than `SpeciesDecoder.category` can guess it.
    mutating func learn(from other: SourceSpecies) {
        isNamedByCode = isNamedByCode && other.isNamedByCode
        decidesCodes = decidesCodes || other.decidesCodes
        if other.isOfTaxonomy || !isOfTaxonomy { file = other.file }
        guard !isOfTaxonomy || other.isOfTaxonomy && taxonOrder == nil else { return }
        isOfTaxonomy = isOfTaxonomy || other.isOfTaxonomy
        (taxonOrder, category) = (other.taxonOrder ?? taxonOrder, other.category ?? category)
    }
}

/// Decodes species from rows of a species table.
struct SpeciesDecoder {
    private let columns: Columns
    private let rules: Format.Rules
    // The genus and species of the last row that has them, for rows that leave them out.
    private var genus = ""
    private var epithet = ""
    /// The number of names so far, which is the order of a list that has none.
    private var position = 0
    /// The number of cells of the last row whose control characters or odd spaces were taken out.
    private(set) var cleanedTexts = 0

    init(_ format: Format, _ columns: Columns) { (self.columns, rules) = (columns, format.rules) }

    /// What a row contains.
    enum Content {
        case species(SourceSpecies)
        /// Nothing to store, for this reason.
        case nothing(String)
    }

    /// Decodes a row. Rows must come in the order of the file.
    mutating func decode(_ row: inout Row) throws(RowError) -> Content {
        cleanedTexts = 0
        do throws(RowError) {
            return try decodeCells(row)
        } catch {
            cleanedTexts = columns.clean(&row)
            guard cleanedTexts > 0 else { throw error }
            return try decodeCells(row)
        }
    }

    private mutating func decodeCells(_ row: Row) throws(RowError) -> Content {
        try columns.checkWidth(row)
        let rank = columns.has(.rank) ? row.text(try columns.text(.rank, row)).lowercased() : ""
        guard rank.isEmpty || Self.categories[rank] != nil else { return .nothing("not a species (\(rank))") }
        let namesAsCodes = rules.contains(.namesAsCodes)
        let code = namesAsCodes ? try columns.text(.species, row) : try columns.code(.species, row)
        let isInParts = columns.has(.epithet)
        guard let scientificName = isInParts ? try name(row) : row.text(try columns.text(.scientificName, row)) else {
            return .nothing("not a species (a higher rank)")
        }
        let commonName = try columns.text(.commonName, row)
        if scientificName.isEmpty && (commonName.isEmpty || code.isEmpty) { return .nothing("without a name") }
        var species = SourceSpecies(
            code: row.text(code),
            scientificName: scientificName.isEmpty ? nil : scientificName,
            commonName: commonName.isEmpty ? nil : row.text(commonName),
            taxonOrder: columns.has(.taxonOrder)
                ? try columns.double(.taxonOrder, row) : isInParts ? Double(position) : nil)
        if namesAsCodes {
            // The IOC list marks extinct species with daggers.
            species.scientificName = species.scientificName.map(ScientificName.clean)
            species.isNamedByCode = species.code.isEmpty
            if species.isNamedByCode { species.code = species.scientificName ?? "" }
            if species.code.isEmpty { return .nothing("without a name") }
        }
        species.isOfTaxonomy = rules.contains(.taxonomy) || species.taxonOrder != nil
        species.decidesCodes = rules.contains(.taxonomy) && !species.isNamedByCode
        // A category in the file takes precedence over a guess from the name.
        let category = columns.has(.category) ? row.text(try columns.text(.category, row)) : rank
        if category.isEmpty {
            species.category = Self.category(of: species)
            if namesAsCodes, species.category == nil, species.scientificName?.split(separator: " ").count == 3 {
                species.category = "issf"
            }
        } else {
            species.category = Self.categories[category.lowercased()] ?? category
        }
        return .species(species)
    }

    /// The name of a row that has its parts in columns, without those that it shares with rows above it; nil for a
    /// genus or a higher rank.
    private mutating func name(_ row: Row) throws(RowError) -> String? {
        let own = (
            genus: ScientificName.clean(row.text(try columns.text(.genus, row))),
            epithet: ScientificName.clean(row.text(try columns.text(.epithet, row))),
            subspecies: ScientificName.clean(row.text(try columns.text(.subspecies, row)))
        )
        if !own.genus.isEmpty {
            genus = own.genus.prefix(1).uppercased() + own.genus.dropFirst().lowercased()
            epithet = ""
        }
        if !own.epithet.isEmpty { epithet = own.epithet }
        guard !own.epithet.isEmpty || !own.subspecies.isEmpty else { return nil }
        if genus.isEmpty { throw columns.error(.genus, "is empty, and so is that of all rows above it") }
        if epithet.isEmpty {
            throw columns.error(.epithet, "is empty, and so is that of the rows of its genus above it")
        }
        position += 1
        return own.subspecies.isEmpty ? "\(genus) \(epithet)" : "\(genus) \(epithet) \(own.subspecies)"
    }

    /// The words of the Clements checklist and the IOC list for ranks, and those of eBird's taxonomy.
    private static let categories = [
        "species": "species", "subspecies": "issf", "ssp": "issf", "ssp.": "issf", "group (polytypic)": "issf",
        "group (monotypic)": "issf",
    ]

    /// The category of a taxon, guessed from its name by the conventions of eBird's taxonomy; nil if the name does not
    /// tell.
    static func category(of species: SourceSpecies) -> String? {
        if species.code == "nobird" { return nil }
        return TaxonCategory.of(commonName: species.commonName, scientificName: species.scientificName)
    }
}

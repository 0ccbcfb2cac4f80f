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

    func hasNames(of other: SourceSpecies) -> Bool {
        scientificName == other.scientificName && commonName == other.commonName
    }

    /// Takes the order and category from a row with the same names. A row with an order comes from a taxonomy, which
    /// knows the category better than `SpeciesDecoder.category` can guess it.
    mutating func learn(from other: SourceSpecies) {
        guard taxonOrder == nil else { return }
        (taxonOrder, category) = (other.taxonOrder, other.category ?? category)
    }
}

/// Decodes species from rows of a species table.
struct SpeciesDecoder {
    private let columns: Columns

    init(_ columns: Columns) { self.columns = columns }

    /// Decodes a row.
    /// - Returns: Nil for a species without names, since there is nothing to store.
    func decode(_ row: Row) throws(RowError) -> SourceSpecies? {
        try columns.checkWidth(row)
        let code = row.text(try columns.code(.species, row))
        let scientificName = try columns.text(.scientificName, row)
        let commonName = try columns.text(.commonName, row)
        if scientificName.isEmpty && commonName.isEmpty { return nil }
        var species = SourceSpecies(
            code: code,
            scientificName: scientificName.isEmpty ? nil : row.text(scientificName),
            commonName: commonName.isEmpty ? nil : row.text(commonName),
            taxonOrder: columns.has(.taxonOrder) ? try columns.double(.taxonOrder, row) : nil)
        // A category in the file takes precedence over a guess from the name.
        let category = columns.has(.category) ? try columns.text(.category, row) : .empty
        species.category = category.isEmpty ? Self.category(of: species) : row.text(category)
        return species
    }

    /// The category of a taxon, guessed from its name by the conventions of eBird's taxonomy; nil if the name does not
    /// tell.
    static func category(of species: SourceSpecies) -> String? {
        if species.code == "nobird" { return nil }
        // The common name tells more: scientific names have slashes and crosses within a species too.
        guard let name = (species.commonName ?? species.scientificName)?.lowercased() else { return nil }
        // The name of the species comes before a parenthesis, and a subspecies or form within it.
        let head = name.prefix { $0 != "(" }
        func isCross(_ name: some StringProtocol) -> Bool { name.contains(" x ") || name.contains(" × ") }
        if name.contains("intergrade") { return "intergrade" }
        if name.contains("hybrid)") || isCross(head) { return "hybrid" }
        if name.contains("(domestic") || name.contains("(feral") { return "domestic" }
        if head.hasSuffix(" sp.") || head.contains(" sp. ") { return "spuh" }
        if head.contains("/") { return "slash" }
        if isCross(name) { return "intergrade" }
        if name.contains("undescribed form") || name.contains("unrecognized") { return "form" }
        if name.contains("(") { return "issf" }
        return species.scientificName?.split(separator: " ").count == 2 ? "species" : nil
    }
}

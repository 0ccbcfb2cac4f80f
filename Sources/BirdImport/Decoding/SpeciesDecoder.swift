import Birds

/// What a table of species says of one.
struct SourceSpecies: Equatable {
    var code: String
    var scientificName: String?
    var commonName: String?
    var category: String?
    var taxonOrder: Double?

    func hasNames(of other: SourceSpecies) -> Bool {
        scientificName == other.scientificName && commonName == other.commonName
    }

    /// Takes what another table says of the same names: one that has an order is a taxonomy, and knows the category.
    mutating func learn(from other: SourceSpecies) {
        guard taxonOrder == nil else { return }
        (taxonOrder, category) = (other.taxonOrder, other.category ?? category)
    }
}

/// Species from rows.
struct SpeciesDecoder {
    private let columns: Columns

    init(_ columns: Columns) { self.columns = columns }

    /// Nil for a species without any name, of which there is nothing to learn.
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
        // What the file says goes before what the name tells.
        let category = columns.has(.category) ? try columns.text(.category, row) : .empty
        species.category = category.isEmpty ? Self.category(of: species) : row.text(category)
        return species
    }

    /// What kind of taxon a name stands for, in the words of eBird's taxonomy; nil where the name does not tell.
    static func category(of species: SourceSpecies) -> String? {
        if species.code == "nobird" { return nil }
        // The common name tells more: a scientific name has slashes and crosses within a species, too.
        guard let name = (species.commonName ?? species.scientificName)?.lowercased() else { return nil }
        // What stands before a parenthesis is the name of the species, what is within one says more of it.
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

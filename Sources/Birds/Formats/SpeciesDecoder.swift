/// What a table of species says of one.
struct SourceSpecies: Equatable {
    var code: String
    var scientificName: String?
    var commonName: String?
    var category: String?
    var taxonOrder: Double?
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
        species.category = Self.category(of: species)
        return species
    }

    /// What kind of taxon a name stands for, in the words of eBird's taxonomy; nil where the name does not tell.
    static func category(of species: SourceSpecies) -> String? {
        if species.code == "nobird" { return nil }
        let names = [species.commonName, species.scientificName].compactMap { $0?.lowercased() }
        /// What stands before a parenthesis is the name of the species, what is within one says more of it.
        func head(_ name: String) -> Substring { name.prefix { $0 != "(" } }
        func any(_ holds: (String) -> Bool) -> Bool { names.contains(where: holds) }
        func isCross(_ name: some StringProtocol) -> Bool { name.contains(" x ") || name.contains(" × ") }
        if any({ $0.contains("(domestic") }) { return "domestic" }
        if any({ $0.contains("(hybrid)") }) { return "hybrid" }
        if any({ head($0).hasSuffix(" sp.") || $0.contains(" sp. ") }) { return "spuh" }
        if any({ $0.contains("undescribed form") }) { return "form" }
        // 'Brant (Dark-bellied x Black)' is within a species; its scientific name does not tell.
        if let name = names.first, isCross(name) { return isCross(head(name)) ? "hybrid" : "intergrade" }
        // A slash within parentheses, as in 'Yellow-rumped Warbler (Myrtle/Audubon's)', is between subspecies.
        if any({ head($0).contains("/") }) { return "slash" }
        if any({ $0.contains("(") }) { return "issf" }
        return species.scientificName?.split(separator: " ").count == 2 ? "species" : nil
    }
}

/// Finds the subspecies and forms of a species, which zero-filling counts into it.
///
/// They are told by their names: all begin with that of their species. A domestic form, a hybrid and a slash are none
/// of it, since nobody can say that such a bird is of the wild species. A species that no species table names has its
/// name as code.
package struct Subspecies {
    private let names: Statement
    private let ofSpecies: Statement
    private let byName: Statement

    /// The categories of eBird's taxonomy for parts of a species.
    private static let categories: Set = ["issf", "form", "intergrade", "subspecies"]

    /// - Parameter knowsAllNames: Whether categories count that only records give. (The scientific name that one gives
    ///   is the code.)
    package init(_ database: Database, knowsAllNames: Bool = true) throws(StoreError) {
        let category = SpeciesColumn.shown("category", allNames: knowsAllNames)
        names = try database.prepare(
            "SELECT coalesce(scientific_name, code), \(category) FROM species WHERE id = ?1")
        byName = try database.prepare(
            """
            SELECT id FROM species WHERE scientific_name = ?1 COLLATE NOCASE
            UNION ALL SELECT id FROM species WHERE scientific_name IS NULL AND code = ?1 LIMIT 1
            """)
        // A space and an exclamation mark are neighbours in ASCII, so the ranges hold what begins with name and space.
        ofSpecies = try database.prepare(
            """
            SELECT id, \(category), scientific_name FROM species INDEXED BY species_by_scientific_name
            WHERE scientific_name > ?1 || ' ' COLLATE NOCASE AND scientific_name < ?1 || '!' COLLATE NOCASE
            UNION ALL
            SELECT id, \(category), code FROM species
            WHERE scientific_name IS NULL AND code > ?1 || ' ' AND code < ?1 || '!'
            """)
    }

    /// The ids of the subspecies of each of some species, by the id of the species. Species without any have no entry.
    /// - Parameter named: The name of a species that the database does not have, by its id.
    func ids(of species: [Int64], named: (Int64) -> String? = { _ in nil }) throws(StoreError) -> [Int64: [Int64]] {
        var found: [Int64: [Int64]] = [:]
        for id in species {
            var name = named(id)
            names.bind(1, id)
            while try names.step() { name = names.text(0) }
            // A species has two words; what has one or three is a genus or a subspecies.
            guard let name, name.split(separator: " ").count == 2 else { continue }
            ofSpecies.bind(1, name)
            while try ofSpecies.step() {
                let epithets = (ofSpecies.text(2) ?? "").dropFirst(name.count + 1)
                guard Self.isPart(category: ofSpecies.text(1), epithets: epithets) else { continue }
                found[id, default: []].append(ofSpecies.int64(0))
            }
        }
        return found
    }

    /// The species of which a taxon is a part: its name, and its id if it is there. Nil if the taxon is no part.
    package func species(of id: Int64) throws(StoreError) -> (name: String, id: Int64?)? {
        names.bind(1, id)
        var taxon: (name: String, category: String?)?
        while try names.step() { taxon = (names.text(0) ?? "", names.text(1)) }
        guard let taxon else { return nil }
        let words = taxon.name.split(separator: " ", maxSplits: 2)
        guard words.count == 3, Self.isPart(category: taxon.category, epithets: words[2]) else { return nil }
        let name = "\(words[0]) \(words[1])"
        byName.bind(1, name)
        defer { byName.reset() }
        return (name, try byName.step() ? byName.int64(0) : nil)
    }

    /// Whether a taxon is a part of the species with whose name its own begins.
    /// - Parameter epithets: What follows that name.
    static func isPart(category: String?, epithets: Substring) -> Bool {
        if let category { return categories.contains(category) }
        // No table names it: `moffitti`, `moffitti/maxima`, `ssp. moffitti` or `[oreganus Group]` are parts; a hybrid
        // (`x leucopsis`), `(Domestic type)` and `f. domestica` are not.
        if epithets.hasPrefix("[") { return true }
        var words = epithets.split(separator: " ")
        if let rank = words.first, ["ssp.", "subsp.", "var."].contains(rank) { words.removeFirst() }
        guard words.count == 1, let word = words.first, word != "domestica", word != "domesticus" else { return false }
        return word.unicodeScalars.allSatisfy { ("a"..."z").contains($0) || $0 == "-" || $0 == "/" }
    }
}

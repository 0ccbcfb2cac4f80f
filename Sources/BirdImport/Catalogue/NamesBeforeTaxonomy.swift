import Birds

/// Records that were imported before the table that knows their species.
///
/// Where a file names its species, and no table knew the name, the name became the code of a species. A table that is
/// imported later knows it: then the records are of the species that they would have if the table had come first. A
/// name that says more than the species, such as one with `cf.`, stays, since records keep what it says in their
/// comments.
extension Catalogue {
    /// Moves the records of species without names whose codes are names of other species.
    func matchNames() throws(StoreError) {
        let unnamed = try database.prepare(
            """
            SELECT id, code FROM species
            WHERE scientific_name IS NULL AND common_name IS NULL AND code <> 'nobird' ORDER BY id
            """)
        var old: [Old] = []
        while try unnamed.step() { old.append(Old(id: unnamed.int64(0), code: unnamed.bytes(1), commonName: nil)) }
        if old.isEmpty { return }
        let search = try SpeciesSearch(database)
        let named = try database.prepare(
            """
            SELECT id, code FROM species
            WHERE code = ?1 AND id <> ?2 AND (scientific_name IS NOT NULL OR common_name IS NOT NULL)
            """)
        var moves: [(from: Old, to: Int64, code: String)] = []
        for old in old {
            guard let code = try search.find(insteadOf: old.code) else { continue }
            named.bind(1, utf8: code, code.indices)
            named.bind(2, old.id)
            while try named.step() { moves.append((old, named.int64(0), named.text(1) ?? "")) }
        }
        try move(moves, areRetired: false)
    }
}

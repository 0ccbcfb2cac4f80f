import Birds

extension Catalogue {
    /// The ids of taxa, by their numbers.
    ///
    /// A taxon without a code is looked up by its scientific name and then by its common name, without regard to case.
    /// If no species has such a name, the scientific name becomes the code of a new species, or else the common name.
    /// So no record is lost, and the report lists the species as unknown.
    /// - Parameter taxa: Keys of `Taxon`.
    func speciesIDs(taxa: ByteTable) throws(StoreError) -> [Int64] {
        let byName = try ["scientific_name", "common_name"].map { (column) throws(StoreError) in
            // If several species have the same name, the one with the least code: ids ascend with codes.
            try database.prepare("SELECT code FROM species WHERE \(column) = ?1 COLLATE NOCASE ORDER BY id LIMIT 1")
        }
        // NOCASE ignores case in ASCII only (https://www.sqlite.org/datatype3.html), and finds most names by an index.
        // Names that it does not find are compared in all scripts and normal forms.
        let codeByID = try database.prepare("SELECT code FROM species WHERE id = ?1")
        let folded = FoldedNames(database)
        var codes = ByteTable()
        var numbers: [Int] = []
        for taxon in (0..<taxa.count).lazy.map({ Taxon(taxa.key($0)) }) {
            var code = taxon.code
            let names = [(taxon.scientificName, FoldedNames.Column.scientific), (taxon.commonName, .common)]
            for (select, (name, column)) in zip(byName, names) where code.isEmpty && !name.isEmpty {
                select.bind(1, utf8: name, 0..<name.count)
                while try select.step() { code = select.bytes(0) }
                guard code.isEmpty, let id = try folded.ids(String(decoding: name, as: UTF8.self), column).first else {
                    continue
                }
                codeByID.bind(1, id)
                while try codeByID.step() { code = codeByID.bytes(0) }
            }
            if code.isEmpty { code = taxon.scientificName.isEmpty ? taxon.commonName : taxon.scientificName }
            // Never nil: there are no more codes than taxa, and those fitted into a table of the same size.
            numbers.append(code.withUnsafeBytes { codes.number(of: $0) } ?? 0)
        }
        let ids = try speciesIDs(codes)
        return numbers.map { ids[$0] }
    }

    /// Stores the names of locations.
    /// - Parameters:
    ///   - names: UTF-8, by the number of the location. Locations without an entry keep their name.
    ///   - ids: The ids of all locations of the import, by number.
    func nameLocations(_ names: [Int: [UInt8]], ids: [Int64]) throws(StoreError) {
        let update = try database.prepare("UPDATE location SET name = ?2 WHERE id = ?1 AND name IS NOT ?2")
        for (number, name) in names {
            update.bind(1, ids[number])
            update.bind(2, utf8: name, 0..<name.count)
            try update.run()
        }
    }
}

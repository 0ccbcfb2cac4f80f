import Birds

extension Catalogue {
    /// Ids of species that are named by code, scientific name or common name, in their order. One that no table of species
    /// knows is kept under what it is called.
    func speciesIDs(taxa: ByteTable) throws(StoreError) -> [Int64] {
        let byName = try ["scientific_name", "common_name"].map { (column) throws(StoreError) in
            // The least code where several have a name in common.
            try database.prepare("SELECT code FROM species WHERE \(column) = ?1 COLLATE NOCASE ORDER BY id LIMIT 1")
        }
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
            // There are no more codes than taxa, which fitted into a table.
            numbers.append(code.withUnsafeBytes { codes.number(of: $0) } ?? 0)
        }
        let ids = try speciesIDs(codes)
        return numbers.map { ids[$0] }
    }

    /// Names places, of which only those that a record calls something have an entry.
    func nameLocations(_ names: [Int: [UInt8]], ids: [Int64]) throws(StoreError) {
        let update = try database.prepare("UPDATE location SET name = ?2 WHERE id = ?1 AND name IS NOT ?2")
        for (number, name) in names {
            update.bind(1, ids[number])
            update.bind(2, utf8: name, 0..<name.count)
            try update.run()
        }
    }
}

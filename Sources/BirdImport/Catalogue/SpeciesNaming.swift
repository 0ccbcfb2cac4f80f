import Birds

extension Catalogue {
    /// Stores the names of species, and adds species that are new. A category or order that the species table does not
    /// give stays as it is. Codes that a taxonomy does not have any more give way (`retireCodes`).
    /// - Parameter species: Each code only once.
    /// - Returns: The number of species that were added or changed.
    func name(_ species: [SourceSpecies]) throws(StoreError) -> Int {
        // Later files decide.
        let species = try withoutRetired(withCodes(species).sorted { $0.file < $1.file })
        try noteChangedCodes(species)
        let codes = ByteTable(in: database.folder)
        // Never nil: `Reading` bounds the number of species.
        let numbers = try species.map { (species) throws(StoreError) in
            try Array(species.code.utf8).withRawBytes { code throws(StoreError) in try codes.number(of: code) } ?? 0
        }
        let ids = try speciesIDs(codes.keys)
        let update = try database.prepare(
            """
            UPDATE species SET scientific_name = ?2, common_name = ?3,
                category = coalesce(?4, CASE WHEN listed <> 0 THEN category END),
                taxon_order = coalesce(?5, taxon_order), listed = 1
            WHERE id = ?1 AND (listed = 0 OR scientific_name IS NOT ?2 OR common_name IS NOT ?3
                OR category IS NOT coalesce(?4, category) OR taxon_order IS NOT coalesce(?5, taxon_order))
            """)
        var changed: [SourceSpecies] = []
        for (number, species) in zip(numbers, species) {
            update.bind(1, ids[number])
            update.bind(2, species.scientificName)
            update.bind(3, species.commonName)
            update.bind(4, species.category)
            update.bind(5, species.taxonOrder)
            try update.run()
            if database.changes > 0 { changed.append(species) }
        }
        try retireCodes(species)
        try matchNames(changed)
        return changed.count
    }

    /// Notes the codes of stored records that a taxonomy gives to another species: one with another epithet.
    private func noteChangedCodes(_ species: [SourceSpecies]) throws(StoreError) {
        let stored = try database.prepare(
            """
            SELECT scientific_name, (SELECT total(records) FROM summary
                WHERE kind = \(SummaryKind.species.rawValue) AND first_key = id)
            FROM species WHERE code = ?1 AND scientific_name <> ?2 COLLATE NOCASE
            """)
        for species in species where species.isOfTaxonomy {
            guard let name = species.scientificName else { continue }
            stored.bind(1, species.code)
            stored.bind(2, name)
            while try stored.step() {
                guard let old = stored.text(0), stored.int64(1) > 0,
                    ScientificName(old).stem != ScientificName(name).stem
                else { continue }
                changedCodes.append(
                    ImportReport.ChangedCode(code: species.code, old: old, new: name, records: Int(stored.int64(1))))
            }
        }
    }

    /// Gives species of tables without codes the code that their scientific name has in another table of the import or
    /// in the database. Without one, the name is the code.
    private func withCodes(_ species: [SourceSpecies]) throws(StoreError) -> [SourceSpecies] {
        guard species.contains(where: \.isNamedByCode) else { return species }
        var known: [String: String] = [:]
        for species in species where !species.isNamedByCode {
            if let name = species.scientificName { known[name.lowercased()] = species.code }
        }
        let select = try database.prepare(
            """
            SELECT code FROM species WHERE scientific_name = ?1 COLLATE NOCASE AND listed <> 0
            ORDER BY taxon_order IS NULL, id LIMIT 1
            """)
        var result = species
        for index in result.indices where result[index].isNamedByCode {
            let name = result[index].scientificName ?? ""
            if let code = known[name.lowercased()] {
                result[index].code = code
                continue
            }
            select.bind(1, name)
            while try select.step() { result[index].code = select.text(0) ?? result[index].code }
        }
        return result
    }
}

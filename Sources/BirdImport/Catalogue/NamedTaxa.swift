import Birds

/// The species of the taxa of an import, by the numbers of the taxa.
struct NamedTaxa {
    var ids: [Int64] = []
    /// The names as written of those taxa whose species says less, such as `Turdus cf. merula`. Their records keep them
    /// in their comments.
    var remarks: [Int: [UInt8]] = [:]
}

extension Catalogue {
    /// Finds the species of taxa. Each distinct taxon is looked up once, however many records have it.
    ///
    /// A code that no species has may be a name that somebody wrote in its place. Names beside a code count if they
    /// mean another species.
    ///
    /// A taxon without a code is looked up by the forms of its scientific name (`ScientificName`), then by its common
    /// name, and then by the name of the species to which it belongs. If nothing matches, the scientific name becomes
    /// the code of a new species, or else the common name. So no record is lost, and the report lists the species as
    /// unknown. A subspecies for which the file has a category is not taken for its species, but becomes a species row
    /// with the names and category of the file.
    /// - Parameters:
    ///   - taxa: Keys of `Taxon`, in the order of their numbers.
    ///   - otherNames: As in `Staging.Names`.
    func speciesIDs(taxa: Spool, otherNames: Spool? = nil) throws(StoreError) -> NamedTaxa {
        let search = try SpeciesSearch(database)
        var result = NamedTaxa()
        let codes = ByteTable(in: database.folder)
        var numbers: [Int] = []
        // What to store for codes that have no names yet, by the number of the code.
        var described: [Int: SourceSpecies] = [:]
        var reader = taxa.reader()
        var (item, key) = (SortItem(), [UInt8]())
        while try reader.next(&item, &key) {
            let taxon = Taxon(key)
            var code = try current(taxon.code)
            var match: SpeciesSearch.Match?
            if code.isEmpty {
                match = try search.find(taxon)
            } else {
                if taxon.isNamed {
                    match = try search.find(taxon, beside: code)
                    if let match { noteContradiction(taxon, match.code) }
                }
                if match == nil { match = try search.find(insteadOf: code) }
            }
            if let match {
                code = try current(match.code)
                if let remark = match.remark { result.remarks[numbers.count] = Array(remark.utf8) }
            }
            let description = match?.description
            // Never nil: there are no more codes than taxa, and those fitted into a table of the same size.
            let position = try code.withRawBytes { code throws(StoreError) in try codes.number(of: code) } ?? 0
            numbers.append(position)
            // A row that has names for the code tells more than one that has only a category.
            if let description, described[position]?.scientificName == nil { described[position] = description }
        }
        let ids = try speciesIDs(codes.keys)
        let describe = try database.prepare(
            """
            UPDATE species SET scientific_name = ?2, common_name = ?3, category = ?4
            WHERE id = ?1 AND scientific_name IS NULL AND common_name IS NULL
            """)
        for (position, species) in described {
            describe.bind(1, ids[position])
            describe.bind(2, species.scientificName)
            describe.bind(3, species.commonName)
            describe.bind(4, species.category)
            try describe.run()
        }
        result.ids = numbers.map { ids[$0] }
        if var beside = try NamesBesideSpecies(database) {
            reader = taxa.reader()
            var isCertain: [Bool] = []
            for id in result.ids where try reader.next(&item, &key) {
                isCertain.append(try beside.add(Taxon(key), of: id))
            }
            if let otherNames {
                reader = otherNames.reader()
                while try reader.next(&item, &key) {
                    let number = key.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
                    guard isCertain.indices.contains(number) else { continue }
                    for text in key.dropFirst(4).split(separator: OtherNames.separator) {
                        try beside.add(text, of: result.ids[number], isCertain: isCertain[number])
                    }
                }
            }
        }
        return result
    }

    /// Notes that the names beside a code were taken, once for each code.
    private func noteContradiction(_ taxon: Taxon, _ species: [UInt8]) {
        guard contradictedCodes[taxon.code] == nil, contradictedCodes.count < ImportReport.mostListed else { return }
        contradictedCodes[taxon.code] = ImportReport.ContradictedCode(
            code: String(decoding: taxon.code, as: UTF8.self),
            name: String(
                decoding: taxon.scientificName.isEmpty ? taxon.commonName : taxon.scientificName, as: UTF8.self),
            species: String(decoding: species, as: UTF8.self))
    }

    /// Stores the names that data sets give to locations.
    /// - Parameters:
    ///   - names: As in `Staging.Names`. Locations without an item keep their name.
    ///   - ids: The ids of all locations of the import, by number.
    ///   - datasets: The ids of the data sets of the import, by number.
    func nameLocations(_ names: Spool, ids: [Int64], datasets: [Int64]) throws(StoreError) {
        let insert = try database.prepare("INSERT OR REPLACE INTO \(LocationNameColumn.table) VALUES (?1, ?2, ?3)")
        var reader = names.reader()
        var (item, name) = (SortItem(), [UInt8]())
        while try reader.next(&item, &name) {
            insert.bind(1, ids[Int(item.high)])
            insert.bind(2, datasets[Int(item.low)])
            insert.bind(3, utf8: name, 0..<name.count)
            try insert.run()
        }
    }
}

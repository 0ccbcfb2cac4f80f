import Birds

/// Codes that the taxonomy imported last, here called the newer one, does not have any more.
///
/// The taxonomies of eBird change every year, and some species get other codes. Their records would then be in two
/// species, of which the newer files know one only. So a species of an older taxonomy gives way to the one that has its
/// scientific name in the newer one, or its common name if the scientific name is gone too. Its records get the new
/// code.
///
/// Only what is certain is changed. If a species was split, its records may be any of the new species: they stay, and
/// so does the old species, but names mean the new one from now on.
extension Catalogue {
    /// A species of the database that a newer taxonomy may have under another code.
    struct Old {
        let id: Int64
        let code: [UInt8]
        let commonName: String?
    }

    /// Moves the records of species whose codes are retired, and removes these species.
    /// - Parameter species: The species of the import, in the order of their files. Their rows exist.
    func retireCodes(_ species: [SourceSpecies]) throws(StoreError) {
        var first = 0
        // A file at a time, since a later one may retire codes of an earlier one.
        while first < species.count {
            let end = species[first...].firstIndex { $0.file != species[first].file } ?? species.count
            try retireCodes(species[first..<end], codes: Set(species[first...].map { Array($0.code.utf8) }))
            first = end
        }
    }

    /// - Parameters:
    ///   - species: Species of one file.
    ///   - codes: The codes that this file and later ones have.
    private func retireCodes(_ species: ArraySlice<SourceSpecies>, codes: Set<[UInt8]>) throws(StoreError) {
        let taxa = species.filter(\.decidesCodes)
        guard !taxa.isEmpty else { return }
        let byScientificName = Self.unique(taxa, \.scientificName)
        let byCommonName = Self.unique(taxa, \.commonName)
        let commonNames = CommonNames(taxa)
        // Species of taxonomies have an order; those of files without codes have their name as code. Names that only
        // records give would tell of these: a species that has some is looked up by its code alone.
        let old = "id <> ?2 AND listed <> 0 AND (taxon_order IS NOT NULL OR code = scientific_name COLLATE NOCASE)"
        let named = try ["scientific_name", "common_name"].map { (column) throws(StoreError) in
            try database.prepare(
                "SELECT id, code, common_name, scientific_name FROM species WHERE \(column) = ?1 COLLATE NOCASE AND \(old)"
            )
        }
        let unnamed = try database.prepare(
            """
            SELECT id, code FROM species WHERE code = ?1 AND id <> ?2
                AND (listed = 0 OR scientific_name IS NULL AND common_name IS NULL)
            """)
        let find = try database.prepare("SELECT id FROM species WHERE code = ?1")
        var moves: [Move] = []
        var split: [Int64] = []
        for taxon in taxa {
            guard let name = taxon.scientificName, byScientificName[name.lowercased()] == taxon.code else { continue }
            find.bind(1, taxon.code)
            var id: Int64 = 0
            while try find.step() { id = find.int64(0) }
            var found: [Old] = []
            named[0].bind(1, name)
            named[0].bind(2, id)
            while try named[0].step() {
                let old = Old(id: named[0].int64(0), code: named[0].bytes(1), commonName: named[0].text(2))
                if !codes.contains(old.code) { found.append(old) }
            }
            unnamed.bind(1, name)
            unnamed.bind(2, id)
            while try unnamed.step() {
                found.append(Old(id: unnamed.int64(0), code: unnamed.bytes(1), commonName: nil))
            }
            if let common = taxon.commonName, byCommonName[common.lowercased()] == taxon.code {
                named[1].bind(1, common)
                named[1].bind(2, id)
                var same: [Old] = []
                while try named[1].step() {
                    let old = Old(id: named[1].int64(0), code: named[1].bytes(1), commonName: common)
                    // If the newer taxonomy has the scientific name, that one tells the species.
                    let isGone = named[1].text(3).map { byScientificName[$0.lowercased()] == nil } ?? true
                    if isGone, !codes.contains(old.code) { same.append(old) }
                }
                if same.count == 1 { found += same }
            }
            for old in found {
                if commonNames.isSplit(old.commonName, now: taxon.commonName) {
                    split.append(old.id)
                } else {
                    moves.append(Move(from: old, to: id, code: taxon.code))
                }
            }
        }
        // A species without an order is not preferred any more when names are looked up.
        for id in split { try database.execute("UPDATE species SET taxon_order = NULL WHERE id = \(id)") }
        try move(moves, areRetired: true)
    }

    /// The code that has taken the place of a retired one: in this import, or in an earlier one.
    func current(_ code: [UInt8]) throws(StoreError) -> [UInt8] {
        let codes = if let storedRetiredCodes { storedRetiredCodes } else { try readRetiredCodes() }
        storedRetiredCodes = codes
        var code = code
        // The new code may be retired too. In an edited file, two may stand for each other.
        for _ in 0..<Self.mostRetirements {
            guard let new = codes[code] else { break }
            code = new
        }
        return code
    }

    private func readRetiredCodes() throws(StoreError) -> [[UInt8]: [UInt8]] {
        let select = try database.prepare("SELECT code, new_code FROM retired_code")
        var codes: [[UInt8]: [UInt8]] = [:]
        while try select.step() { codes[select.bytes(0)] = select.bytes(1) }
        return codes
    }

    /// The species without those that have a retired code. Only a taxonomy can bring such a code back: another table is
    /// merely older than the taxonomy.
    func withoutRetired(_ species: [SourceSpecies]) throws(StoreError) -> [SourceSpecies] {
        guard try database.integer("SELECT EXISTS (SELECT 1 FROM retired_code)") == 1 else { return species }
        storedRetiredCodes = nil
        let delete = try database.prepare("DELETE FROM retired_code WHERE code = ?1")
        for species in species where species.decidesCodes {
            delete.bind(1, species.code)
            try delete.run()
        }
        let find = try database.prepare("SELECT 1 FROM retired_code WHERE code = ?1")
        var rest: [SourceSpecies] = []
        for species in species {
            find.bind(1, species.code)
            var isRetired = false
            while try find.step() { isRetired = true }
            if !isRetired { rest.append(species) }
        }
        return rest
    }

    /// How often one code can have been replaced by another.
    private static var mostRetirements: Int { 32 }

    /// The codes by names in lower case. A name that several have has none.
    private static func unique(_ taxa: [SourceSpecies], _ name: KeyPath<SourceSpecies, String?>) -> [String: String] {
        var codes: [String: String] = [:]
        for taxon in taxa {
            guard let name = taxon[keyPath: name]?.lowercased() else { continue }
            codes[name] = codes[name] == nil ? taxon.code : ""
        }
        return codes
    }

    /// The common names of a taxonomy, to find out whether a species was split.
    private struct CommonNames {
        private var names: Set<String> = []
        /// For each end of a name, such as `herring gull`, the number of species whose names are longer.
        private var ends: [String: Int] = [:]

        init(_ taxa: [SourceSpecies]) {
            for taxon in taxa {
                guard let name = taxon.commonName.map(Self.plain) else { continue }
                names.insert(name)
                guard taxon.category == "species" else { continue }
                var end = name[...]
                while let space = end.firstIndex(of: " ") {
                    end = end[end.index(after: space)...]
                    ends[String(end), default: 0] += 1
                }
            }
        }

        private static func plain(_ name: String) -> String { name.lowercased().replacing("-", with: " ") }

        /// Whether a species with this name, which now has another one, seems to be split: the name belongs to another
        /// species, or several have it with an addition, as `American Herring Gull` and `European Herring Gull`.
        func isSplit(_ oldName: String?, now newName: String?) -> Bool {
            guard let old = oldName.map(Self.plain), old != newName.map(Self.plain) else { return false }
            return names.contains(old) || ends[old, default: 0] > 1
        }
    }

    /// Records that get another species, and lose the one that they had.
    struct Move {
        let from: Old
        /// The id and code of the other species.
        let to: Int64
        let code: String
        /// What is added to the comments of the records.
        var remark: String?
    }

    /// Gives records another species, and removes the one that they had when it has no records any more.
    /// - Parameter areRetired: Whether the old codes stand for the new ones from now on. If not, records with names of
    ///   their own stay.
    func move(_ moves: [Move], areRetired: Bool) throws(StoreError) {
        guard !moves.isEmpty else { return }
        // Records are found by their species, and the index may be missing.
        try Schema.makeIndexes(in: database)
        let records =
            areRetired
            ? "species_id = ?1"
            : """
            species_id = ?1 AND NOT EXISTS (
                SELECT 1 FROM observation_detail d WHERE d.id = observation.id AND d.has_own_names <> 0)
            """
        let move = try database.prepare("UPDATE observation SET species_id = ?2 WHERE \(records)")
        storedRetiredCodes = nil
        // As `RecordDetails.comment` does.
        let comment = try database.prepare(
            """
            INSERT INTO observation_detail (id, comments) SELECT id, ?2 FROM observation WHERE \(records)
            ON CONFLICT (id) DO UPDATE SET comments = coalesce(comments || '; ', '') || ?2
            """)
        let remove = try database.prepare(
            """
            DELETE FROM species WHERE id = ?1 AND NOT EXISTS (
                SELECT 1 FROM observation o INDEXED BY observation_by_species WHERE o.species_id = ?1)
            """)
        // A code that no table has, but only records, isn't kept: it would tell of them to people who may not see them.
        let keep = try database.prepare(
            """
            INSERT INTO retired_code (code, new_code) SELECT code, ?2 FROM species WHERE id = ?1 AND listed <> 0
            ON CONFLICT DO UPDATE SET new_code = ?2
            """)
        var moved = 0
        for change in moves where retiredCodes[change.from.code] == nil {
            let old = change.from
            if let remark = change.remark {
                comment.bind(1, old.id)
                comment.bind(2, remark)
                try comment.run()
            }
            move.bind(1, old.id)
            move.bind(2, change.to)
            try move.run()
            let count = Int(database.changes)
            moved += count
            if areRetired {
                keep.bind(1, old.id)
                keep.bind(2, change.code)
                try keep.run()
            }
            remove.bind(1, old.id)
            try remove.run()
            guard count > 0 || database.changes > 0 else { continue }
            guard areRetired || retiredCodes.count < ImportReport.mostListed else {
                moreRetiredCodes += 1
                continue
            }
            retiredCodes[old.code] = Array(change.code.utf8)
        }
        guard moved > 0 else { return }
        hasMovedIDs = true
        hasMovedRecords = true
    }
}

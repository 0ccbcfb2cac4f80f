import Birds

/// Records that were imported before the table that knows their species.
///
/// Where a file names its species, and no table knew the name, the name became the code of a species. A table that is
/// imported later knows it: then the records get the species and the remark in their comments that they would have got
/// if the table had come first. Of several names of a record, such as a scientific and a common one, only the one that
/// became the code is left. So another one is not found any more, and the report counts the records that stay.
///
/// A record whose file gives its subspecies names of its own keeps it, and only that record: others with the same code
/// may be shown to people who may not see this one.
extension Catalogue {
    /// The number of unnamed species that are held at a time.
    private static var stretch: Int { 1000 }

    /// Moves the records of species that no table lists, and whose codes are names of other species.
    /// - Parameter changed: The species whose names are new. Only codes that have a word of these are looked up: there
    ///   may be hundreds of thousands of others.
    func matchNames(_ changed: [SourceSpecies]) throws(StoreError) {
        let words = Set(
            changed.flatMap { Self.words([$0.scientificName, $0.commonName].compactMap { $0 }.joined(separator: " ")) })
        guard !words.isEmpty else { return }
        let unnamed = try database.prepare(
            """
            SELECT id, code FROM species
            WHERE id > ?1 AND (listed = 0 OR scientific_name IS NULL AND common_name IS NULL) AND code <> 'nobird'
            ORDER BY id LIMIT \(Self.stretch)
            """)
        let find = try database.prepare("SELECT id FROM species WHERE code = ?1")
        let categorize = try database.prepare(
            """
            UPDATE species SET category = ?2
            WHERE id = ?1 AND category IS NOT ?2 AND scientific_name IS NULL AND common_name IS NULL
            """)
        let search = try SpeciesSearch(database)
        var last = Int64.min
        while true {
            unnamed.bind(1, last)
            var old: [Old] = []
            var count = 0
            while try unnamed.step() {
                (last, count) = (unnamed.int64(0), count + 1)
                let code = unnamed.bytes(1)
                let isOther = code.contains { $0 > 0x7F }
                if isOther || Self.words(String(decoding: code, as: UTF8.self)).contains(where: words.contains) {
                    old.append(Old(id: last, code: code, commonName: nil))
                }
            }
            var moves: [Move] = []
            for old in old {
                guard let match = try search.find(insteadOf: old.code) else { continue }
                guard match.code != old.code else {
                    categorize.bind(1, old.id)
                    categorize.bind(2, match.description?.category)
                    try categorize.run()
                    continue
                }
                find.bind(1, utf8: match.code, 0..<match.code.count)
                while try find.step() {
                    moves.append(
                        Move(
                            from: old, to: find.int64(0), code: String(decoding: match.code, as: UTF8.self),
                            remark: match.remark))
                }
            }
            try move(moves, areRetired: false)
            if count < Self.stretch { break }
        }
    }

    /// The words of a name that may tell its species, in lower case.
    private static func words(_ name: String) -> [Substring] {
        name.lowercased().split { !$0.isLetter }.filter { $0.utf8.count > 2 }
    }

    /// The species that no table has named, and their records.
    func countUnnamed() throws(StoreError) -> (species: Int, records: Int) {
        let count = try database.prepare(
            """
            SELECT count(*), total(records) FROM (
                SELECT (SELECT total(records) FROM summary
                    WHERE kind = \(SummaryKind.species.rawValue) AND first_key = id) AS records
                FROM species WHERE scientific_name IS NULL AND common_name IS NULL AND code <> 'nobird')
            WHERE records > 0
            """)
        var result = (species: 0, records: 0)
        while try count.step() { result = (Int(count.int64(0)), Int(count.int64(1))) }
        return result
    }
}

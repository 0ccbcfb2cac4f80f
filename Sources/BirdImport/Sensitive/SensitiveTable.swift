import Birds

/// The list of sensitive species and places in a database: the tables `sensitive` and `sensitive_point`.
enum SensitiveTable {
    /// The number of records of an entry that was given before there were any records.
    static let beforeRecords: Int64 = -1
    /// That of an entry which names nothing that is known, and was accepted.
    static let acceptedUnknown: Int64 = -2

    /// The entries in their order, and how many records each must match: as many as when the list was given, or after
    /// the last import; or one of the constants above.
    /// - Parameter passesUnreadable: Whether to pass over entries that mean nothing, in place of the error.
    static func read(
        from database: Database, passesUnreadable: Bool = false
    ) throws(StoreError) -> [(entry: SensitiveEntry, records: Int64)] {
        let rows = try database.prepare("SELECT \(SensitiveColumn.selected) FROM main.sensitive ORDER BY id")
        let points = try database.prepare(
            "SELECT latitude, longitude FROM main.sensitive_point WHERE entry_id = ?1")
        var entries: [(entry: SensitiveEntry, records: Int64)] = []
        while try rows.step() {
            guard var entry = entry(rows) else {
                if passesUnreadable { continue }
                throw .unusable(
                    path: database.path,
                    reason: "another program has left an entry in its list of sensitive species and places that means "
                        + "nothing; give the list again with 'rookery sensitive import'")
            }
            points.bind(1, rows.int64(SensitiveColumn.id.rawValue))
            while try points.step() { if let point = PlacePoint(points, from: 0) { entry.points.insert(point) } }
            entries.append((entry, rows.int64(SensitiveColumn.records.rawValue)))
        }
        return entries
    }

    /// Nil if the row means nothing.
    private static func entry(_ row: Statement) -> SensitiveEntry? {
        func text(_ column: SensitiveColumn) -> String? { row.text(column.rawValue) }
        func number(_ column: SensitiveColumn) -> Int64? { row.optionalInt64(column.rawValue) }
        let subject: SensitiveEntry.Subject? =
            switch (text(.species), text(.location)) {
            case (let name?, nil): .species(name)
            case (nil, let code?): .location(code)
            default: nil
            }
        let protection: SensitiveEntry.Protection? =
            switch (number(.category), number(.precision)) {
            case (0, nil): .hidden
            case (1, nil): .withoutPlace
            case (nil, let size?): GridSize(microdegrees: size).map { .cell($0) }
            default: nil
            }
        let season: SensitiveSeason?? =
            switch (number(.from), number(.to)) {
            case (nil, nil): .some(nil)
            case (let from?, let to?): SensitiveSeason(from: from, to: to)
            default: nil
            }
        guard let subject, let protection, let season,
            let scope = SensitiveEntry.Scope(rawValue: text(.scope) ?? "")
        else { return nil }
        var entry = SensitiveEntry(subject: subject, protection: protection)
        (entry.scope, entry.season, entry.region) = (scope, season, text(.region))
        (entry.reason, entry.contact) = (text(.reason), text(.contact))
        entry.review = text(.review).flatMap { PartialDate(iso: $0) }
        return entry
    }

    /// Replaces the list. Locations that were in it keep their points, and entries that were in it must not match fewer
    /// records than before.
    static func write(_ list: [SensitiveEntry], to database: Database) throws(StoreError) {
        /// What an entry matches depends on nothing else.
        struct Key: Hashable {
            let subject: SensitiveEntry.Subject
            let region: String?
            let season: SensitiveSeason?
            /// A number of 0 counts only then.
            let isWithheld: Bool
        }
        func key(_ entry: SensitiveEntry) -> Key {
            Key(
                subject: entry.subject, region: entry.region, season: entry.season,
                isWithheld: entry.protection.size == nil)
        }
        var (points, records): ([SensitiveEntry.Subject: Set<PlacePoint>], [Key: Int64]) = ([:], [:])
        for (known, count) in try read(from: database, passesUnreadable: true) {
            points[known.subject, default: []].formUnion(known.points)
            records[key(known)] = count
        }
        let entries = list.map { entry in
            var entry = entry
            entry.points.formUnion(points[entry.subject] ?? [])
            return entry
        }
        try database.execute("DELETE FROM sensitive; DELETE FROM sensitive_point")
        let insert = try RowWriter<SensitiveColumn>(in: database)
        for (index, entry) in entries.enumerated() {
            for column in SensitiveColumn.allCases { insert.bind(column, nil as Int64?) }
            insert.bind(.id, index + 1)
            switch entry.subject {
            case .species(let name): insert.bind(.species, name)
            case .location(let code): insert.bind(.location, code)
            }
            switch entry.protection {
            case .hidden: insert.bind(.category, 0)
            case .withoutPlace: insert.bind(.category, 1)
            case .cell(let size): insert.bind(.precision, size.microdegrees)
            }
            insert.bind(.scope, entry.scope.rawValue)
            insert.bind(.region, entry.region)
            if let season = entry.season {
                insert.bind(.from, season.from)
                insert.bind(.to, season.to)
            }
            insert.bind(.reason, entry.reason)
            insert.bind(.review, entry.review.flatMap { StoredDate(Int64($0.number)).iso })
            insert.bind(.contact, entry.contact)
            insert.bind(.records, records[key(entry)] ?? beforeRecords)
            try insert.run()
            try write(entry.points, of: Int64(index + 1), to: database)
        }
    }

    private static func write(
        _ points: Set<PlacePoint>, of entry: Int64, to database: Database
    ) throws(StoreError) {
        let insert = try database.prepare("INSERT OR IGNORE INTO sensitive_point VALUES (?1, ?2, ?3)")
        for point in points {
            insert.bind(1, entry)
            insert.bind(2, point.latitude)
            insert.bind(3, point.longitude)
            try insert.run()
        }
    }

    /// Adds the points that locations of the list have now.
    static func notePoints(in database: Database) throws(StoreError) {
        try database.execute(
            """
            INSERT OR IGNORE INTO sensitive_point
                SELECT s.id, l.latitude + 0.0, l.longitude + 0.0 FROM sensitive s
                JOIN location l INDEXED BY location_by_code ON l.code = s.location
                WHERE l.latitude IS NOT NULL AND l.longitude IS NOT NULL
            """)
    }

    /// Notes how many records each entry matches.
    static func note(_ records: [Int64], in database: Database) throws(StoreError) {
        let update = try database.prepare("UPDATE sensitive SET records = ?2 WHERE id = ?1")
        let ids = try database.prepare("SELECT id FROM sensitive ORDER BY id")
        var all: [Int64] = []
        while try ids.step() { all.append(ids.int64(0)) }
        for (id, count) in zip(all, records) {
            update.bind(1, id)
            update.bind(2, count)
            try update.run()
        }
    }
}

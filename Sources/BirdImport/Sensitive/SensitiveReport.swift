import Birds

/// What each entry of a list protects in a database, and what it leaves open.
public struct SensitiveReport: Sendable {
    /// What one entry does.
    public struct Entry: Sendable {
        /// As the list names it.
        public var name = ""
        /// What people see in its place, such as `a cell of 0.1°`.
        public var protection = ""
        public var scope = ""
        /// Where and when it counts, and why, if the list says so.
        public var region: String?
        public var season: String?
        public var reason: String?
        /// ISO 8601.
        public var review: String?
        public var isOverdue = false
        public var contact: String?
        /// The codes of the species that it covers, with their scientific names; empty for a location.
        public var species: [String] = []
        public var records = 0
        public var places = 0
        /// The number of marked cells; nil if it gives none.
        public var cells: Int?
        /// The number of cells with fewer than three places, which hide little.
        public var thinCells = 0
        /// The number of places without coordinates.
        public var placesWithoutPoint = 0
        /// How many other records become less exact with those that match.
        public var others = 0
        /// How many records of its cells a narrower scope leaves exact: from them, the place may be guessed.
        public var leftOpen: Int?
        /// How many of its records could be read exactly until now, and the first of the last imports of their data
        /// sets: UTC, ISO 8601. They may have been there before that.
        public var openUntilNow = 0
        public var openSince: String?
    }

    /// In the order of the list; those due for review first where that is asked for.
    public var entries: [Entry] = []
    /// How many records of the database are shown exactly, less exactly, with no more than region and year, and not at
    /// all.
    public var exact = 0
    public var generalised = 0
    public var withoutPlace = 0
    public var hidden = 0
    /// How many records of each species, by its code, are shown more exactly than until now: the most first.
    public var opened: [(species: String, records: Int)] = []
    /// The data sets whose codes, and those whose comments, are shown to everybody who sees their records.
    public var openCodes: [String] = []
    public var openComments: [String] = []
    /// Whether all this only would be.
    public var isTrial = false
    /// Whether a program still reads the file that was replaced.
    public var hasReaders = false
    /// What the command has done, such as `Nothing was changed (--dry-run).`
    public var outcome = ""
}

/// Makes a report while the marks are made.
struct SensitiveReporter {
    private let database: Database
    private(set) var report = SensitiveReport()
    /// A cell as readers tell it from others.
    private struct ShownCell: Hashable {
        let cell: GridCell
        /// Its country and first part.
        let region: String

        init(_ cell: GridCell, region: String?) {
            self.cell = cell
            self.region = (region ?? "").split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false).prefix(2)
                .joined(separator: "-")
        }
    }

    /// The marked cells of each entry that marks cells.
    private var cells: [Int: Set<ShownCell>] = [:]
    /// The places of each entry.
    private var places: [Int: Set<Int64>] = [:]
    /// How many records of each entry have no point.
    private var pointless: [Int: Int] = [:]
    private let today: String

    /// - Parameters:
    ///   - database: With the temporary tables `old_location`, `old_checklist` and `old_record` of what was protected
    ///     until now.
    ///   - today: ISO 8601.
    init(_ database: Database, today: String) { (self.database, self.today) = (database, today) }

    /// Keeps what is protected until now, before new marks are made.
    static func keepOld(in database: Database) throws(StoreError) {
        try database.execute(
            """
            ALTER TABLE temp.marked_location RENAME TO old_location;
            ALTER TABLE temp.marked_checklist RENAME TO old_checklist;
            ALTER TABLE temp.withheld_record RENAME TO old_record;
            ALTER TABLE temp.hidden_checklist RENAME TO old_hidden;
            """)
    }

    /// Adds an entry whose matching records are in the table `matching`.
    mutating func add(_ entry: SensitiveEntry, species: [Int64]) throws(StoreError) {
        let index = report.entries.count
        var line = SensitiveReport.Entry(entry, today: today)
        let names = try database.prepare(
            "SELECT code || coalesce(' (' || coalesce(scientific_name, common_name) || ')', '') FROM species WHERE id IN \(Schema.list(species)) ORDER BY code"
        )
        while try names.step() { line.species.append(names.text(0) ?? "") }
        let numbers = try database.prepare(
            """
            SELECT count(*), count(*) FILTER (WHERE isOpen), min(imported_at) FILTER (WHERE isOpen) FROM (
                SELECT dataset_id, location_id NOT IN (SELECT id FROM old_location)
                    AND m.id NOT IN (SELECT id FROM old_record) \(try isOfOpenChecklist()) AS isOpen
                FROM matching m) LEFT JOIN dataset d ON d.id = dataset_id
            """)
        while try numbers.step() {
            (line.records, line.openUntilNow) = (Int(numbers.int64(0)), Int(numbers.int64(1)))
            line.openSince = numbers.text(2)
        }
        let rows = try database.prepare(
            """
            SELECT id, latitude, longitude, region FROM location WHERE id IN (
                SELECT location_id FROM matching UNION SELECT location_id FROM matching_visit)
            """)
        var ids: Set<Int64> = []
        var marked: Set<ShownCell> = []
        while try rows.step() {
            ids.insert(rows.int64(0))
            guard let point = PlacePoint(rows, from: 1) else {
                line.placesWithoutPoint += 1
                continue
            }
            if case .cell(let size) = entry.protection,
                let cell = GridCell(latitude: point.latitude, longitude: point.longitude, size)
            {
                marked.insert(ShownCell(cell, region: rows.text(3)))
            }
        }
        if line.placesWithoutPoint > 0 {
            pointless[index] = Int(
                try database.integer(
                    """
                    SELECT count(*) FROM matching JOIN location l ON l.id = location_id
                    WHERE latitude IS NULL OR longitude IS NULL
                    """) ?? 0)
        }
        line.places = ids.count
        places[index] = ids
        if case .cell = entry.protection {
            line.cells = marked.count
            cells[index] = marked
            if entry.scope == .checklist {
                // Records on the other checklists at the same places stay exact, and all at other places of the cell.
                line.others = Int(
                    try database.integer(
                        """
                        SELECT count(*) FROM observation o WHERE checklist_id IN (
                            SELECT checklist_id FROM matching m CROSS JOIN observation b ON b.id = m.id)
                            AND id NOT IN (SELECT id FROM matching)
                        """) ?? 0)
            }
        }
        report.entries.append(line)
    }

    /// A condition on a record `m`, to follow others: whether its checklist was not protected until now. It takes a
    /// look at each record, which is slow and mostly not needed.
    private func isOfOpenChecklist() throws(StoreError) -> String {
        guard try database.integer("SELECT 1 FROM old_checklist LIMIT 1") != nil else { return "" }
        return """
            AND (SELECT checklist_id FROM observation o WHERE o.id = m.id) NOT IN (SELECT id FROM old_checklist)
            """
    }

    /// Adds what the cells have, once all marks are made.
    mutating func finish(_ entries: [SensitiveEntry]) throws(StoreError) {
        // Points some metres apart are one place.
        var placesOfCell: [ShownCell: Set<GridCell>] = [:]
        var recordsOfCell: [ShownCell: Int] = [:]
        var recordsAtPoints = [Int](repeating: 0, count: entries.count)
        var recordsWithoutPoint = recordsAtPoints
        let all = cells.values.reduce(into: Set<ShownCell>()) { $0.formUnion($1) }
        let sizes = Set(all.map(\.cell.size))
        let rows = try database.prepare(
            """
            SELECT l.id, latitude, longitude, region, coalesce((
                SELECT sum(records) FROM summary WHERE kind = \(SummaryKind.locationYear.rawValue) AND first_key = l.id), 0)
            FROM location l
            """)
        while try rows.step() {
            let records = Int(rows.int64(4))
            let point = PlacePoint(rows, from: 1)
            for index in cells.keys where places[index]?.contains(rows.int64(0)) == true {
                if point == nil { recordsWithoutPoint[index] += records } else { recordsAtPoints[index] += records }
            }
            guard let point else { continue }
            for size in sizes {
                guard let cell = GridCell(latitude: point.latitude, longitude: point.longitude, size) else { continue }
                let shown = ShownCell(cell, region: rows.text(3))
                guard all.contains(shown) else { continue }
                if let place = GridCell(latitude: point.latitude, longitude: point.longitude, .fine) {
                    placesOfCell[shown, default: []].insert(place)
                }
                recordsOfCell[shown, default: 0] += records
            }
        }
        for (index, own) in cells {
            report.entries[index].thinCells = own.count { (placesOfCell[$0]?.count ?? 0) < 3 }
            let inCells = own.reduce(0) { $0 + (recordsOfCell[$1] ?? 0) }
            let (matched, others) = (report.entries[index].records, report.entries[index].others)
            switch entries[index].scope {
            case .cell: report.entries[index].others = max(0, inCells + recordsWithoutPoint[index] - matched)
            case .place:
                report.entries[index].others = max(0, recordsAtPoints[index] + recordsWithoutPoint[index] - matched)
                report.entries[index].leftOpen = max(0, inCells - recordsAtPoints[index])
            case .checklist:
                report.entries[index].leftOpen = max(0, inCells - (matched - pointless[index, default: 0]) - others)
            }
        }
        try countRecords()
        for (column, names) in [
            (DatasetColumn.opensCodes, \SensitiveReport.openCodes), (.opensComments, \.openComments),
        ] {
            let rows = try database.prepare("SELECT name FROM dataset WHERE \(column.name) <> 0 ORDER BY name")
            while try rows.step() { report[keyPath: names].append(rows.text(0) ?? "") }
        }
    }

    /// Counts the records by how exactly they are shown, and those that are shown more exactly than until now.
    private mutating func countRecords() throws(StoreError) {
        // The checklist of a record is in no index, so it is asked for only where some are marked.
        let marksVisits =
            try database.integer("SELECT 1 FROM marked_checklist UNION ALL SELECT 1 FROM old_checklist LIMIT 1") != nil
        func level(_ record: String, _ location: String, _ checklist: String) -> String {
            """
            CASE (SELECT has_year FROM \(record) w WHERE w.id = o.id)
                WHEN 0 THEN \(SensitiveLevels.hidden) WHEN 1 THEN \(SensitiveLevels.withoutPlace)
                ELSE max(coalesce((SELECT size FROM \(location) l WHERE l.id = o.location_id), 0),
                    \(marksVisits ? "coalesce((SELECT size FROM \(checklist) c WHERE c.id = o.checklist_id), 0)" : "0")) END
            """
        }
        let numbers = try database.prepare(
            """
            SELECT s.code, n.* FROM (
                SELECT species_id, count(*), count(*) FILTER (WHERE now = 0),
                    count(*) FILTER (WHERE now = \(SensitiveLevels.hidden)),
                    count(*) FILTER (WHERE now = \(SensitiveLevels.withoutPlace)),
                    count(*) FILTER (WHERE now < old) AS opened
                FROM (
                    SELECT species_id, \(level("withheld_record", "marked_location", "marked_checklist")) AS now,
                        \(level("old_record", "old_location", "old_checklist")) AS old
                    FROM observation o INDEXED BY observation_by_species)
                GROUP BY species_id) n
            JOIN species s ON s.id = species_id ORDER BY opened DESC, s.code
            """)
        while try numbers.step() {
            let (all, exact, hidden, withoutPlace) = (
                Int(numbers.int64(2)), Int(numbers.int64(3)), Int(numbers.int64(4)), Int(numbers.int64(5))
            )
            report.exact += exact
            report.hidden += hidden
            report.withoutPlace += withoutPlace
            report.generalised += all - exact - hidden - withoutPlace
            let opened = Int(numbers.int64(6))
            if opened > 0 { report.opened.append((numbers.text(0) ?? "", opened)) }
        }
    }
}

extension SensitiveReport.Entry {
    /// What the list itself says.
    /// - Parameter today: ISO 8601.
    init(_ entry: SensitiveEntry, today: String) {
        switch entry.subject {
        case .species(let name): self.name = name
        case .location(let code): name = "location \(code)"
        }
        protection =
            switch entry.protection {
            case .hidden: "hidden"
            case .withoutPlace: "region and year only"
            case .cell(let size): "a cell of \(size.text)°"
            }
        (scope, region, reason, contact) = (entry.scope.rawValue, entry.region, entry.reason, entry.contact)
        season = entry.season.map { "\($0.texts.from) to \($0.texts.to)" }
        review = entry.review.flatMap { StoredDate(Int64($0.number)).iso }
        isOverdue = review.map { $0 <= today } ?? false
    }
}

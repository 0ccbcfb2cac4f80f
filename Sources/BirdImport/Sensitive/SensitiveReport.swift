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
        /// The first names that are like those that it covers, the sure ones first, with the numbers of their records,
        /// and how many others there are. No entry covers them.
        public var alike: [(name: String, records: Int)] = []
        public var moreAlike = 0
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
    /// The data sets whose codes are shown to everybody who sees their records; those whose comments are; and those
    /// whose names of places are, although the list hides records.
    public var openCodes: [String] = []
    public var openComments: [String] = []
    public var openNames: [String] = []
    /// Whether names of places are left out, since a hidden record may have given one.
    public var leavesOutNames = false
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
    private let cells: SensitiveCells
    private let today: String
    private let leavesOutNames: Bool

    /// - Parameters:
    ///   - database: With the temporary tables `old_location`, `old_checklist` and `old_record` of what was protected
    ///     until now.
    ///   - today: ISO 8601.
    init(_ entries: [SensitiveEntry], in database: Database, today: String) throws(StoreError) {
        (self.database, self.today) = (database, today)
        leavesOutNames = entries.contains(where: \.splitsLocations)
        cells = try SensitiveCells(Set(entries.compactMap(\.protection.size)), in: database)
    }

    /// Keeps what is protected until now, before new marks are made.
    static func keepOld(in database: Database) throws(StoreError) {
        try database.execute(
            """
            ALTER TABLE temp.marked_location RENAME TO old_location;
            ALTER TABLE temp.marked_checklist RENAME TO old_checklist;
            ALTER TABLE temp.withheld_record RENAME TO old_record;
            DROP TABLE temp.hidden_checklist;
            """)
    }

    /// Adds an entry whose matching records are in the table `matching`.
    mutating func add(_ entry: SensitiveEntry, species: [Int64]) throws(StoreError) {
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
        try addPlaces(of: entry, to: &line)
        report.entries.append(line)
    }

    /// Adds where the matching records are, and what else is there.
    private func addPlaces(
        of entry: SensitiveEntry, to line: inout SensitiveReport.Entry
    ) throws(StoreError) {
        let rows = try database.prepare(
            """
            SELECT id, latitude IS NULL OR longitude IS NULL FROM location WHERE id IN (
                SELECT location_id FROM matching UNION SELECT location_id FROM matching_visit)
            """)
        var marked: Set<Int32> = []
        // Where the matching records are.
        var (recordsAtPoints, recordsWithoutPoint) = (0, 0)
        while try rows.step() {
            let id = rows.int64(0)
            line.places += 1
            if rows.int64(1) != 0 {
                line.placesWithoutPoint += 1
                recordsWithoutPoint += cells.records(at: id)
            } else {
                recordsAtPoints += cells.records(at: id)
            }
            if let size = entry.protection.size, let cell = cells.cell(of: id, size) { marked.insert(cell) }
        }
        guard entry.protection.size != nil else { return }
        line.cells = marked.count
        line.thinCells = marked.count(where: cells.isThin)
        let inCells = marked.reduce(0) { $0 + cells.records(in: $1) }
        switch entry.scope {
        case .cell: line.others = max(0, inCells + recordsWithoutPoint - line.records)
        case .place:
            line.others = max(0, recordsAtPoints + recordsWithoutPoint - line.records)
            line.leftOpen = max(0, inCells - recordsAtPoints)
        case .checklist:
            // Records on the other checklists at the same places stay exact, and all at other places of the cell.
            let others = try database.integer(
                """
                SELECT count(*) FROM observation o WHERE checklist_id IN (
                    SELECT checklist_id FROM matching m CROSS JOIN observation b ON b.id = m.id)
                    AND id NOT IN (SELECT id FROM matching)
                """)
            let pointless = try database.integer(
                """
                SELECT count(*) FROM matching JOIN location l ON l.id = location_id
                WHERE latitude IS NULL OR longitude IS NULL
                """)
            line.others = Int(others ?? 0)
            line.leftOpen = max(0, inCells - (line.records - Int(pointless ?? 0)) - line.others)
        }
    }

    /// A condition on a record `m`, to follow others: whether its checklist was not protected until now. It takes a
    /// look at each record, which is slow and mostly not needed.
    private func isOfOpenChecklist() throws(StoreError) -> String {
        guard try database.integer("SELECT 1 FROM old_checklist LIMIT 1") != nil else { return "" }
        return """
            AND (SELECT checklist_id FROM observation o WHERE o.id = m.id) NOT IN (SELECT id FROM old_checklist)
            """
    }

    /// Adds what is true of all entries, once all marks are made.
    mutating func finish(_ marks: SensitiveMarks) throws(StoreError) {
        try countRecords()
        report.openCodes = try Self.dataSets(opening: .opensCodes, in: database)
        report.openComments = try Self.dataSets(opening: .opensComments, in: database)
        if leavesOutNames {
            report.openNames = try Self.dataSets(opening: .opensNames, in: database)
            let closed = try database.integer(
                "SELECT 1 FROM location_name n JOIN dataset d ON d.id = n.dataset_id AND opens_names = 0 LIMIT 1")
            report.leavesOutNames = closed != nil
        }
        var names = try marks.alikeNames()
        var unsure = [[(name: String, records: Int)]](repeating: [], count: report.entries.count)
        try names.find(new: false) { name in
            for entry in name.entries where report.entries.indices.contains(entry) {
                report.entries[entry].moreAlike += 1
                if !name.isSure, unsure[entry].count < Self.mostAlike {
                    unsure[entry].append((name.text, name.records))
                } else if name.isSure, report.entries[entry].alike.count < Self.mostAlike {
                    report.entries[entry].alike.append((name.text, name.records))
                }
            }
            return true
        }
        for (entry, names) in unsure.enumerated() {
            report.entries[entry].alike += names.prefix(Self.mostAlike - report.entries[entry].alike.count)
            report.entries[entry].moreAlike -= report.entries[entry].alike.count
        }
    }

    /// The most names that are kept for an entry which are like its own.
    private static let mostAlike = 5

    /// The names of the data sets whose codes, comments or names of places are shown to everybody who sees their
    /// records.
    static func dataSets(opening column: DatasetColumn, in database: Database) throws(StoreError) -> [String] {
        let rows = try database.prepare("SELECT name FROM dataset WHERE \(column.name) <> 0 ORDER BY name")
        var names: [String] = []
        while try rows.step() { names.append(rows.text(0) ?? "") }
        return names
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

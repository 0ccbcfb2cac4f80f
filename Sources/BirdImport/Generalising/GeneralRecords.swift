import Birds

/// Reads the records and checklists of the exact edition as the general edition has them, and adds them to a sorter in
/// the form that `RecordInserter` takes.
///
/// - Of a record at a place that stands for others, only date, place, species, number and data set stay. It has no code
///   of a checklist, so all records of one such place, date and data set are one checklist, as in a plain file.
/// - A checklist at a place that is shown as it is stays one of its own. In place of its code it has a mark that is not
///   stored (`RecordDetails.hidesCode`), unless its data set is opened.
struct GeneralRecords {
    private let exact: Database
    private let places: GeneralPlaces
    private let sorter: Sorter
    /// The ranks of species and data sets, by their ids; nil for those that are not shown.
    private let species: [Int64: Int]
    private let datasets: [Int64: Int]
    private let opensCodes: Set<Int64>
    private let opensComments: Set<Int64>
    private let key: KeyedHash.Key
    /// Whether a checklist must be looked up for each record.
    private let looksUpVisits: Bool
    private let hasSpecial: Bool
    /// Whether some checklist has more than its records tell, and whether some say that they are complete or not.
    private let hasVisits: Bool
    private let knowsComplete: Bool
    private let visitByID: Statement
    /// A digest of all that is shown of the records of each checklist that shares its date, location and data set with
    /// others. By it they are told apart, since the order of their ids may be due to records that are withheld.
    private var twins: [Int64: UInt64] = [:]
    private var visits = DirectCache<Visit>(slots: 1 << 12)
    /// Whether a record has a code of its own.
    private(set) var hasSources = false

    /// A checklist of the exact edition.
    private struct Visit {
        /// Whether it is special, and its size then.
        let isSpecial: Bool
        let size: Int64?
        /// What `RecordInserter` knows it by; empty if it has no code.
        let mark: [UInt8]
        /// In minutes after midnight. All records that tell a time tell this one.
        let time: Int64?
    }

    /// What a checklist at a place that is shown as it is has.
    private static let numbers: [DetailMember] = [
        .complete, .halfDays, .time, .minutes, .observers, .effortHours, .snowDepth, .distance, .area,
    ]
    /// Its free text.
    private static let texts: [DetailMember] = [.protocol, .checklistComments]
    /// What a record there has.
    private static let ofRecord: [DetailMember] = [
        .valid, .reviewed, .ownTime, .confidence, .coordinateUncertainty, .generalised,
    ]
    /// The column of a member of a record, in the tables of records (`o`) and of their details (`d`).
    private static func column(of member: DetailMember) -> String {
        (member.column.table == "observation" ? "o." : "d.") + member.column.name
    }

    /// A longer code is free text.
    private static let longestBreedingCode = 4
    /// The columns of a checklist that `shown` reads.
    private static let visitColumns = (numbers + texts).map { "c.\($0.column.name)" }.joined(separator: ", ")

    init(
        _ exact: Database, _ places: GeneralPlaces, species: [Int64: Int], datasets: [Int64: Int], hasSpecial: Bool,
        withholdsSome: Bool, key: KeyedHash.Key, to sorter: Sorter
    ) throws(StoreError) {
        (self.exact, self.places, self.sorter, self.key) = (exact, places, sorter, key)
        (self.species, self.datasets, self.hasSpecial) = (species, datasets, hasSpecial)
        func open(_ column: DatasetColumn) throws(StoreError) -> Set<Int64> {
            let rows = try exact.prepare("SELECT id FROM main.dataset WHERE \(column.name) <> 0")
            var ids: Set<Int64> = []
            while try rows.step() { ids.insert(rows.int64(0)) }
            return ids
        }
        (opensCodes, opensComments) = (try open(.opensCodes), try open(.opensComments))
        let told = (Self.numbers + Self.texts).map { "max(\($0.column.name) IS NOT NULL)" }.joined(separator: ", ")
        let known = try exact.prepare("SELECT max(code IS NOT NULL), max(listed IS 1), \(told) FROM main.checklist")
        var (hasCodes, hasVisits, knowsComplete) = (false, false, false)
        while try known.step() {
            hasCodes = known.int64(0) != 0
            hasVisits = (1..<2 + Int32(Self.numbers.count + Self.texts.count)).contains { known.int64($0) != 0 }
            // It is the first of the numbers.
            knowsComplete = known.int64(2) != 0
        }
        (self.hasVisits, self.knowsComplete, looksUpVisits) = (hasVisits, knowsComplete, hasCodes || hasSpecial)
        visitByID = try exact.prepare(
            """
            SELECT c.id, c.dataset_id, c.code, \(hasSpecial ? "s.id IS NOT NULL, s.size" : "0, NULL"), \(Self.visitColumns)
            FROM main.checklist c \(hasSpecial ? "LEFT JOIN special_visit s ON s.id = c.id" : "") WHERE c.id = ?1
            """)
        if withholdsSome, hasCodes { twins = try digestTwins() }
    }

    private func digestTwins() throws(StoreError) -> [Int64: UInt64] {
        // The time is that of the checklist unless its records differ, and one that is withheld may differ.
        let members = Self.ofRecord.filter { $0 != .ownTime } + [.breedingCode, .comments]
        let columns = members.map(Self.column(of:))
        try exact.execute(
            """
            CREATE TEMP TABLE twin (id INTEGER PRIMARY KEY);
            INSERT INTO twin SELECT c.id FROM (
                SELECT date, location_id, dataset_id FROM main.checklist INDEXED BY checklist_by_date
                GROUP BY date, location_id, dataset_id HAVING count(*) > 1) g
            CROSS JOIN main.checklist c INDEXED BY checklist_by_date USING (date, location_id, dataset_id);
            """)
        let rows = try exact.prepare(
            """
            SELECT o.checklist_id, o.species_id, o.num, o.dataset_id, coalesce(d.time, c.time), \(columns.joined(separator: ", "))
            FROM main.observation o NOT INDEXED CROSS JOIN main.checklist c ON c.id = o.checklist_id
            LEFT JOIN main.observation_detail d ON d.id = o.id
            WHERE checklist_id IN (SELECT id FROM twin) AND o.id NOT IN (SELECT id FROM withheld_record)
            """)
        var digests: [Int64: UInt64] = [:]
        while try rows.step() {
            var hash = KeyedHash(key, isWide: false)
            hash.add(Array("\(species[rows.int64(1)] ?? -1).\(rows.optionalInt64(2) ?? -1)".utf8))
            hash.add(rows.optionalBytes(4))
            for (index, member) in members.enumerated() {
                let bytes = rows.optionalBytes(5 + Int32(index))
                hash.add(bytes.flatMap { isShown($0, as: member, of: rows.int64(3)) ? $0 : nil })
            }
            digests[rows.int64(0), default: 0] &+= UInt64(truncatingIfNeeded: hash.finish())
        }
        try exact.execute("DROP TABLE twin")
        return digests
    }

    /// Adds the checklists that have more than their records tell, and those that a file of checklists has.
    func addChecklists() throws(StoreError) {
        guard hasVisits else { return }
        let merged = Sorter(in: exact.folder)
        let rows = try exact.prepare(
            """
            SELECT c.id, c.dataset_id, c.code, \(hasSpecial ? "s.id IS NOT NULL, s.size" : "0, NULL"), \(Self.visitColumns),
                c.date, c.location_id, c.listed IS 1, c.complete
            FROM main.checklist c \(hasSpecial ? "LEFT JOIN special_visit s ON s.id = c.id" : "") ORDER BY c.id
            """)
        let after = 5 + Int32(Self.numbers.count + Self.texts.count)
        while try rows.step() {
            let visit = visit(rows)
            if visit.isSpecial, visit.size == nil { continue }
            guard let dataset = datasets[rows.int64(1)],
                let place = places.place(of: rows.int64(after + 1), size: visit.isSpecial ? visit.size : nil)
            else { continue }
            let isListed = rows.int64(after + 2) != 0
            guard
                let key = RecordKey(
                    date: Self.date(rows.int64(after)), location: place.rank, species: nil, num: nil,
                    dataset: dataset)
            else { throw Self.tooMany }
            let packed = key.packed()
            if place.isMarked {
                guard isListed || knowsComplete else { continue }
                let known = rows.optionalInt64(after + 3)
                // All must be complete; of the others, one that is known not to be differs from those that are unknown.
                let tag: UInt64 = (known == nil ? 1 : known == 0 ? 2 : 4) | (isListed ? 8 : 0)
                try merged.add(high: packed.high, low: packed.low, tag: tag)
            } else {
                let details = shown(rows, visit, isListed: isListed)
                guard isListed || RecordDetails(details).describesChecklist else { continue }
                try sorter.add(SortItem(high: packed.high, low: packed.low), details[...])
            }
        }
        try add(merged)
    }

    /// Adds the checklists at places that stand for others, those of one place, date and data set as one. It is
    /// complete if each of them is.
    private func add(_ merged: Sorter) throws(StoreError) {
        var sorted = try merged.sorted()
        var item = SortItem()
        var bytes: [UInt8] = []
        var group: (item: SortItem, tags: UInt64)?
        func finish() throws(StoreError) {
            guard let (item, tags) = group else { return }
            let complete: Int64? = tags & 7 == 4 ? 1 : tags & 7 == 1 ? nil : 0
            guard complete != nil || tags & 8 != 0 else { return }
            let details = RecordDetails.compose(
                checklist: [], source: [], origin: nil, number: { $0 == .complete ? complete : nil }, text: { _ in [] })
            try sorter.add(SortItem(high: item.high, low: item.low), details[...])
        }
        while try sorted.next(&item, &bytes) {
            if let last = group, last.item.high == item.high, last.item.low == item.low {
                group = (item, last.tags | item.tag)
            } else {
                try finish()
                group = (item, item.tag)
            }
        }
        try finish()
    }

    /// Adds the records that are shown.
    mutating func addRecords() throws(StoreError) {
        let withheld = try exact.prepare("SELECT id, has_year FROM withheld_record ORDER BY id")
        var nextWithheld: (id: Int64, hasYear: Bool)?
        func advance() throws(StoreError) {
            nextWithheld = try withheld.step() ? (withheld.int64(0), withheld.int64(1) != 0) : nil
        }
        try advance()
        let hasDetails = try exact.integer("SELECT 1 FROM main.observation_detail LIMIT 1") != nil
        let members = Self.ofRecord + [.breedingCode, .comments]
        let details = members.map(Self.column(of:))
        let columns = details.filter { hasDetails || $0.hasPrefix("o.") }
        let rows = try exact.prepare(
            """
            SELECT o.id, o.date, o.location_id, o.species_id, o.num, o.dataset_id, o.checklist_id, o.source_id,
                \(columns.joined(separator: ", "))
            FROM main.observation o \(hasDetails ? "LEFT JOIN main.observation_detail d ON d.id = o.id" : "") ORDER BY o.id
            """)
        var positions: [DetailMember: Int32] = [:]
        for member in members {
            if let index = columns.firstIndex(of: Self.column(of: member)) { positions[member] = 8 + Int32(index) }
        }
        while try rows.step() {
            let (id, location, kind, set) = (rows.int64(0), rows.int64(2), species[rows.int64(3)], rows.int64(5))
            var date = Self.date(rows.int64(1))
            var size: Int64?
            var visit: Visit?
            while let next = nextWithheld, next.id < id { try advance() }
            if let next = nextWithheld, next.id == id {
                guard next.hasYear else { continue }
                size = GeneralVisits.withheld
                if date != StoredDate.unknown { date = date / 10_000 * 10_000 }
            } else if looksUpVisits {
                visit = try self.visit(rows.int64(6))
                guard let visit else { continue }
                if visit.isSpecial {
                    guard let special = visit.size else { continue }
                    size = special
                }
            }
            guard let kind, let dataset = datasets[set], let place = places.place(of: location, size: size) else {
                continue
            }
            guard
                let key = RecordKey(
                    date: date, location: place.rank, species: kind, num: Self.num(rows.optionalInt64(4)),
                    dataset: dataset)
            else { throw Self.tooMany }
            let packed = key.packed()
            let item = SortItem(high: packed.high, low: packed.low)
            if place.isMarked {
                try sorter.add(high: item.high, low: item.low, tag: 0)
            } else {
                let bytes = shown(rows, positions, visit, dataset: set)
                try sorter.add(item, bytes[...])
            }
        }
    }

    private static var tooMany: StoreError {
        .unusable(path: "The database", reason: "it has too many locations or species for a general edition")
    }

    /// A date and a number as the sorter takes them (`RecordKey`). Another program may have left any.
    private static func date(_ number: Int64) -> Int64 {
        StoredDate.isDate(number) && number < 3356_00_00 ? number : StoredDate.unknown
    }
    private static func num(_ number: Int64?) -> Int64? { number.map { min(max($0, 0), 1 << 24 - 2) } }

    private mutating func visit(_ id: Int64) throws(StoreError) -> Visit? {
        if let known = visits[id] { return known }
        visitByID.bind(1, id)
        defer { visitByID.reset() }
        guard try visitByID.step() else { return nil }
        let visit = visit(visitByID)
        visits[id] = visit
        return visit
    }

    /// Reads a row of `visitByID`.
    private func visit(_ row: Statement) -> Visit {
        var mark: [UInt8] = []
        if !row.isNull(2) {
            if opensCodes.contains(row.int64(1)) {
                mark = row.bytes(2)
            } else {
                // What it shows comes first, so that the order of equal records does not follow the codes. Its time is
                // left out if records that are shown tell it: one that is withheld may have had another one, so that
                // the checklist has none.
                let hasRecords = twins[row.int64(0)] != nil
                var hash = KeyedHash(key, isWide: false)
                for (index, member) in Self.numbers.enumerated() where member != .time || !hasRecords {
                    hash.add(row.optionalBytes(5 + Int32(index)))
                }
                if opensComments.contains(row.int64(1)) {
                    for index in Self.texts.indices {
                        hash.add(row.optionalBytes(5 + Int32(Self.numbers.count + index)))
                    }
                }
                let content = UInt64(truncatingIfNeeded: hash.finish())
                let records = twins[row.int64(0)] ?? 0
                mark =
                    [RecordDetails.hidden]
                    + "\(String(content, radix: 16)).\(String(records, radix: 16)).\(row.int64(0))".utf8
            }
        }
        return Visit(
            isSpecial: row.int64(3) != 0, size: row.optionalInt64(4), mark: mark,
            time: Self.numbers.firstIndex(of: .time).flatMap { Self.number(.time, row, 5 + Int32($0)) })
    }

    /// The details of a checklist at a place that is shown as it is. Its records tell its time, unless a file of
    /// checklists does.
    private func shown(_ row: Statement, _ visit: Visit, isListed: Bool) -> [UInt8] {
        let opens = opensComments.contains(row.int64(1))
        return RecordDetails.compose(
            checklist: visit.mark, source: [], origin: nil,
            number: { member in
                if member == .time, !isListed, !visit.mark.isEmpty { return nil }
                return Self.numbers.firstIndex(of: member).flatMap { Self.number(member, row, 5 + Int32($0)) }
            },
            text: { member in
                guard opens, let index = Self.texts.firstIndex(of: member) else { return [] }
                return row.bytes(5 + Int32(Self.numbers.count + index))[...]
            })
    }

    /// The details of a record at a place that is shown as it is.
    private mutating func shown(
        _ row: Statement, _ positions: [DetailMember: Int32], _ visit: Visit?, dataset: Int64
    ) -> [UInt8] {
        let mark = visit?.mark ?? []
        let source = opensCodes.contains(dataset) ? row.bytes(7) : []
        if !source.isEmpty { hasSources = true }
        // As in a file, the records of a checklist with a code tell its time: where they have several, those that are
        // shown may have only one.
        let ownTime = positions[.ownTime].flatMap { Self.number(.ownTime, row, $0) }
        let time = mark.isEmpty ? (own: ownTime, visit: nil) : (own: nil, visit: ownTime ?? visit?.time)
        var isPlain = mark.isEmpty && source.isEmpty
        if isPlain { for position in positions.values where !row.isNull(position) { isPlain = false } }
        if isPlain { return [] }
        return RecordDetails.compose(
            checklist: mark, source: source, origin: nil,
            number: { member in
                switch member {
                case .time: time.visit
                case .ownTime: time.own
                default:
                    Self.ofRecord.contains(member) ? positions[member].flatMap { Self.number(member, row, $0) } : nil
                }
            },
            text: { member in
                guard let position = positions[member], member.isText else { return [] }
                let text = row.bytes(position)
                return isShown(text, as: member, of: dataset) ? text[...] : []
            })
    }

    /// Whether a text or number of a record is shown at a place that is shown as it is.
    private func isShown(_ text: [UInt8], as member: DetailMember, of dataset: Int64) -> Bool {
        switch member {
        case .breedingCode: text.count <= Self.longestBreedingCode
        case .comments: opensComments.contains(dataset)
        default: true
        }
    }

    /// A number as `RecordDetails` has it.
    private static func number(_ member: DetailMember, _ row: Statement, _ position: Int32) -> Int64? {
        switch member.column.kind {
        case .integer, .flag: row.optionalInt64(position)
        case .real: row.optionalDouble(position).map { Int64(bitPattern: $0.bitPattern) }
        // A number in a text column is a time.
        case .text: TimeText.minutes(row.bytes(position)[...])
        case .blob: nil
        }
    }
}

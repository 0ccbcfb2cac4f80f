/// The table `summary`, made in two passes over covering indexes.
///
/// Records come grouped by species and date, so what a species has on one date is summed up first, and all that follows from
/// it (years, months, weeks, all species together) takes that sum and not its records. What has been summed up is
/// written when there is much of it, and added to what was written before: memory stays bounded.
struct Summaries {
    private struct Key: Hashable {
        let first: Int64
        let second: Int64
        let region: Int64
        let dataset: Int64
    }

    private struct Numbers {
        var records: Int64 = 0
        var total: Int64?
        var max: Int64?
        var first = Int64.max
        var last = Int64.min

        mutating func add(_ num: Int64?, date: Int64) {
            records += 1
            if let num {
                total = (total ?? 0) + num
                max = Swift.max(max ?? num, num)
            }
            first = Swift.min(first, date)
            last = Swift.max(last, date)
        }

        mutating func add(_ other: Numbers) {
            records += other.records
            if let more = other.total { total = (total ?? 0) + more }
            if let greatest = other.max { max = Swift.max(max ?? greatest, greatest) }
            first = Swift.min(first, other.first)
            last = Swift.max(last, other.last)
        }
    }

    /// How many groups of one kind are held before they are written: about 15 MB.
    private static let mostHeld = 1 << 17

    private let database: Database
    private let insert: Statement
    private var held: [SummaryKind: [Key: Numbers]] = [:]
    private var regions: [Int64: Int64] = [:]

    /// Fills the table, which must be empty.
    static func make(in database: Database) throws(StoreError) {
        var summaries = try Summaries(database)
        try summaries.scanSpecies()
        try summaries.scanLocations()
    }

    private init(_ database: Database) throws(StoreError) {
        self.database = database
        insert = try database.prepare(
            """
            INSERT INTO summary VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT DO UPDATE SET records = records + excluded.records,
                total = CASE WHEN total IS NULL THEN excluded.total ELSE total + coalesce(excluded.total, 0) END,
                max = CASE WHEN max IS NULL OR excluded.max > max THEN excluded.max ELSE max END,
                first = min(first, excluded.first), last = max(last, excluded.last)
            """)
        let select = try database.prepare("SELECT l.id, r.id FROM location l JOIN region r ON r.code = l.region")
        while try select.step() { regions[select.int64(0)] = select.int64(1) }
    }

    private mutating func scanSpecies() throws(StoreError) {
        let select = try database.prepare(
            """
            SELECT species_id, date, location_id, num, dataset_id FROM observation INDEXED BY observation_by_species
            ORDER BY species_id, date, location_id
            """)
        var (species, date) = (Int64.min, Int64.min)
        var ofDate: [Key: Numbers] = [:]
        var ofPlaces: [Key: Numbers] = [:]
        while try select.step() {
            let next = (select.int64(0), select.int64(1))
            if next != (species, date) {
                try add(ofDate, species, date)
                ofDate.removeAll(keepingCapacity: true)
                if next.0 != species || ofPlaces.count >= Self.mostHeld { try write(.speciesLocation, &ofPlaces) }
                (species, date) = next
            }
            let location = select.int64(2)
            let (num, dataset) = (select.optionalInt64(3), select.int64(4))
            let region = regions[location] ?? 0
            ofDate[Key(first: 0, second: 0, region: region, dataset: dataset), default: Numbers()].add(num, date: date)
            ofPlaces[Key(first: species, second: location, region: region, dataset: dataset), default: Numbers()]
                .add(num, date: date)
        }
        try add(ofDate, species, date)
        try write(.speciesLocation, &ofPlaces)
        for kind in held.keys { try flush(kind) }
    }

    private mutating func scanLocations() throws(StoreError) {
        let select = try database.prepare(
            """
            SELECT location_id, date, num, dataset_id FROM observation INDEXED BY observation_by_location
            ORDER BY location_id, date
            """)
        var groups: [Key: Numbers] = [:]
        while try select.step() {
            let (location, date) = (select.int64(0), select.int64(1))
            let key = Key(
                first: location, second: date / 10_000, region: regions[location] ?? 0, dataset: select.int64(3))
            groups[key, default: Numbers()].add(select.optionalInt64(2), date: date)
            if groups.count >= Self.mostHeld { try write(.locationYear, &groups) }
        }
        try write(.locationYear, &groups)
    }

    /// Adds what a species has on one date, by region and data set, to every kind that follows from it.
    private mutating func add(_ groups: [Key: Numbers], _ species: Int64, _ date: Int64) throws(StoreError) {
        guard !groups.isEmpty else { return }
        let (year, month, week) = (date / 10_000, date / 100 % 100, Self.week(of: date))
        for (group, numbers) in groups {
            func add(_ kind: SummaryKind, _ first: Int64, _ second: Int64) {
                let key = Key(first: first, second: second, region: group.region, dataset: group.dataset)
                held[kind, default: [:]][key, default: Numbers()].add(numbers)
            }
            add(.species, species, 0)
            add(.year, year, 0)
            add(.month, month, 0)
            add(.week, week, 0)
            add(.date, date, 0)
            add(.speciesYear, species, year)
            add(.speciesMonth, species, month)
            add(.speciesWeek, species, week)
            add(.speciesDate, species, date)
        }
        for kind in held.keys where held[kind, default: [:]].count >= Self.mostHeld { try flush(kind) }
    }

    private mutating func flush(_ kind: SummaryKind) throws(StoreError) {
        var groups = held.removeValue(forKey: kind) ?? [:]
        try write(kind, &groups)
    }

    /// Writes groups in the order of the table, which is the fastest, and forgets them.
    private func write(_ kind: SummaryKind, _ groups: inout [Key: Numbers]) throws(StoreError) {
        let ordered = groups.sorted { a, b in
            (a.key.first, a.key.second, a.key.region, a.key.dataset)
                < (b.key.first, b.key.second, b.key.region, b.key.dataset)
        }
        for (key, numbers) in ordered {
            insert.bind(1, kind.rawValue)
            insert.bind(2, key.first)
            insert.bind(3, key.second)
            insert.bind(4, key.region)
            insert.bind(5, key.dataset)
            insert.bind(6, numbers.records)
            insert.bind(7, numbers.total)
            insert.bind(8, numbers.max)
            insert.bind(9, numbers.first)
            insert.bind(10, numbers.last)
            try insert.run()
        }
        groups.removeAll(keepingCapacity: true)
    }

    /// The ISO 8601 week of a date, 1 to 53; 0 where its day is not known.
    static func week(of date: Int64) -> Int64 {
        let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100)
        guard day > 0, (1...12).contains(month) else { return 0 }
        // Days since 1 March of year 0: March begins the year, so that a leap day ends one.
        func number(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
            let (y, m) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
            return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1
        }
        // The week of a day is that of its Thursday, and the year of a week too. Day 0 was a Wednesday.
        let days = number(year, month, day)
        let thursday = days - (days + 2) % 7 + 3
        var first = number(year, 1, 1)
        if thursday < first {
            first = number(year - 1, 1, 1)
        } else if thursday >= number(year + 1, 1, 1) {
            first = number(year + 1, 1, 1)
        }
        return (thursday - first) / 7 + 1
    }
}

/// What the table `summary` says of some records.
struct SummaryNumbers {
    var records: Int64 = 0
    /// Of the counts.
    var total: Int64 = 0
    /// -1 where nothing was counted.
    var max: Int64 = -1
    /// `yyyymmdd`.
    var first = Int64.max
    var last = Int64.min

    @inline(__always)
    mutating func add(_ num: Int64?, date: Int64) {
        records += 1
        if let num {
            total += num
            max = Swift.max(max, num)
        }
        first = Swift.min(first, date)
        last = Swift.max(last, date)
    }

    @inline(__always)
    mutating func add(_ other: SummaryNumbers) {
        records += other.records
        total += other.total
        max = Swift.max(max, other.max)
        first = Swift.min(first, other.first)
        last = Swift.max(last, other.last)
    }
}

/// The key of a row of the table `summary` among those of its kind.
struct SummaryRowKey {
    var first: Int64
    /// 0 for a kind with one key.
    var second: Int64
    var region: Int64
    var dataset: Int64
}

/// Takes rows of the table `summary`.
protocol SummarySink: AnyObject {
    /// The rows of a kind come in the order of their keys, each once.
    func add(_ kind: SummaryKind, _ key: SummaryRowKey, _ numbers: SummaryNumbers) throws(StoreError)
}

/// Numbers for pairs of a region and a data set, in the order in which they are met.
struct SummaryGroups {
    private(set) var keys: [(region: Int64, dataset: Int64)] = []
    private var numbers: [Int64: Int] = [:]
    private var last: (key: Int64, number: Int) = (-1, 0)

    /// Ids of both have 31 bits.
    @inline(__always)
    mutating func number(region: Int64, dataset: Int64) -> Int {
        let key = region << 32 | dataset
        if key == last.key { return last.number }
        let number: Int
        if let known = numbers[key] {
            number = known
        } else {
            number = keys.count
            keys.append((region, dataset))
            numbers[key] = number
        }
        last = (key, number)
        return number
    }
}

/// Numbers of records, by group.
struct SummaryTally {
    private var slots: [Int32] = []
    private(set) var entries: [(group: Int, numbers: SummaryNumbers)] = []

    @inline(__always)
    private mutating func entry(_ group: Int) -> Int {
        if group >= slots.count { slots.append(contentsOf: repeatElement(-1, count: group + 1 - slots.count)) }
        if slots[group] >= 0 { return Int(slots[group]) }
        slots[group] = Int32(truncatingIfNeeded: entries.count)
        entries.append((group, SummaryNumbers()))
        return entries.count - 1
    }

    @inline(__always)
    mutating func add(_ group: Int, _ num: Int64?, date: Int64) { entries[entry(group)].numbers.add(num, date: date) }

    @inline(__always)
    mutating func add(_ group: Int, _ numbers: SummaryNumbers) { entries[entry(group)].numbers.add(numbers) }

    /// Gives what there is to a sink, in the order of regions and data sets, and begins anew.
    mutating func drain(
        _ kind: SummaryKind, _ first: Int64, _ second: Int64, _ groups: SummaryGroups, to sink: any SummarySink
    ) throws(StoreError) {
        if entries.isEmpty { return }
        if entries.count > 1 {
            entries.sort {
                let (a, b) = (groups.keys[$0.group], groups.keys[$1.group])
                return (a.region, a.dataset) < (b.region, b.dataset)
            }
        }
        for (group, numbers) in entries {
            let (region, dataset) = groups.keys[group]
            let key = SummaryRowKey(first: first, second: second, region: region, dataset: dataset)
            try sink.add(kind, key, numbers)
        }
        clear()
    }

    mutating func clear() {
        for entry in entries { slots[entry.group] = -1 }
        entries.removeAll(keepingCapacity: true)
    }
}

/// The summaries by date, year, month and week, from records in the order of dates.
struct DateSummaries {
    private let sink: any SummarySink
    private var groups = SummaryGroups()
    private var date: Int64 = -1
    private var ofDate = SummaryTally()
    private var ofYear = SummaryTally()
    private var months = [SummaryTally](repeating: SummaryTally(), count: 13)
    private var weeks = [SummaryTally](repeating: SummaryTally(), count: 54)

    init(_ sink: any SummarySink) { self.sink = sink }

    @inline(__always)
    mutating func add(date: Int64, region: Int64, dataset: Int64, num: Int64?) throws(StoreError) {
        if date != self.date { try begin(date) }
        ofDate.add(groups.number(region: region, dataset: dataset), num, date: date)
    }

    mutating func finish() throws(StoreError) {
        try begin(-1)
        for month in months.indices { try months[month].drain(.month, Int64(month), 0, groups, to: sink) }
        for week in weeks.indices { try weeks[week].drain(.week, Int64(week), 0, groups, to: sink) }
    }

    private mutating func begin(_ next: Int64) throws(StoreError) {
        let (month, week) = (Int(max(0, date) / 100 % 100), Int(ISOWeek.of(date)))
        for (group, numbers) in ofDate.entries {
            ofYear.add(group, numbers)
            if month < months.count { months[month].add(group, numbers) }
            weeks[week].add(group, numbers)
        }
        try ofDate.drain(.date, date, 0, groups, to: sink)
        if next / 10_000 != date / 10_000 { try ofYear.drain(.year, date / 10_000, 0, groups, to: sink) }
        date = next
    }
}

/// The summaries by species, and by species with year, month, week, date or location, from records in the order of species
/// and dates.
struct SpeciesSummaries {
    /// How many places of a species are held in memory: about 15 MB. Those of more are sorted in a file.
    private static let mostHeld = 1 << 17

    private let sink: any SummarySink
    private let folder: String
    private let mostHeld: Int
    private var groups = SummaryGroups()
    private var species: Int64 = -1
    private var date: Int64 = -1
    private var ofDate = SummaryTally()
    private var ofYear = SummaryTally()
    private var ofSpecies = SummaryTally()
    private var months = [SummaryTally](repeating: SummaryTally(), count: 13)
    private var weeks = [SummaryTally](repeating: SummaryTally(), count: 54)
    /// By location and data set.
    private var places: [(key: Int64, region: Int64, numbers: SummaryNumbers)] = []
    private var positions: [Int64: Int32] = [:]
    private var sorter: Sorter?

    /// - Parameter folder: where a temporary file may be made.
    init(_ sink: any SummarySink, folder: String, mostHeld: Int = SpeciesSummaries.mostHeld) {
        (self.sink, self.folder, self.mostHeld) = (sink, folder, mostHeld)
    }

    @inline(__always)
    mutating func add(
        species: Int64, date: Int64, location: Int64, region: Int64, dataset: Int64, num: Int64?
    ) throws(StoreError) {
        if date != self.date || species != self.species { try begin(species, date) }
        ofDate.add(groups.number(region: region, dataset: dataset), num, date: date)
        // Ids of both have 31 bits.
        let key = location << 32 | dataset
        let position: Int
        if let known = positions[key] {
            position = Int(known)
        } else {
            if places.count >= mostHeld { try spillPlaces() }
            position = places.count
            positions[key] = Int32(truncatingIfNeeded: position)
            places.append((key, region, SummaryNumbers()))
        }
        places[position].numbers.add(num, date: date)
    }

    mutating func finish() throws(StoreError) { try begin(-1, -1) }

    private mutating func begin(_ nextSpecies: Int64, _ nextDate: Int64) throws(StoreError) {
        let (month, week) = (Int(max(0, date) / 100 % 100), Int(ISOWeek.of(date)))
        for (group, numbers) in ofDate.entries {
            ofSpecies.add(group, numbers)
            ofYear.add(group, numbers)
            if month < months.count { months[month].add(group, numbers) }
            weeks[week].add(group, numbers)
        }
        try ofDate.drain(.speciesDate, species, date, groups, to: sink)
        let isNew = nextSpecies != species
        if isNew || nextDate / 10_000 != date / 10_000 {
            try ofYear.drain(.speciesYear, species, date / 10_000, groups, to: sink)
        }
        if isNew {
            try ofSpecies.drain(.species, species, 0, groups, to: sink)
            for month in months.indices {
                try months[month].drain(.speciesMonth, species, Int64(month), groups, to: sink)
            }
            for week in weeks.indices { try weeks[week].drain(.speciesWeek, species, Int64(week), groups, to: sink) }
            try drainPlaces()
        }
        (species, date) = (nextSpecies, nextDate)
    }

    private mutating func drainPlaces() throws(StoreError) {
        if sorter != nil { try spillPlaces() }
        guard let sorter else {
            places.sort { $0.key < $1.key }
            for (key, region, numbers) in places { try add(key, region, numbers) }
            return clearPlaces()
        }
        self.sorter = nil
        var sorted = try sorter.sorted()
        var item = SortItem()
        var bytes: [UInt8] = []
        var last: (key: Int64, region: Int64, numbers: SummaryNumbers)?
        while try sorted.next(&item, &bytes) {
            let (key, region) = (Int64(item.high), Int64(item.low))
            let numbers = bytes.withUnsafeBytes { $0.loadUnaligned(as: SummaryNumbers.self) }
            if last?.key == key {
                last?.numbers.add(numbers)
            } else {
                if let last { try add(last.key, last.region, last.numbers) }
                last = (key, region, numbers)
            }
        }
        if let last { try add(last.key, last.region, last.numbers) }
    }

    private func add(_ key: Int64, _ region: Int64, _ numbers: SummaryNumbers) throws(StoreError) {
        let key = SummaryRowKey(first: species, second: key >> 32, region: region, dataset: key & 0xFFFF_FFFF)
        try sink.add(.speciesLocation, key, numbers)
    }

    private mutating func spillPlaces() throws(StoreError) {
        let sorter = self.sorter ?? Sorter(in: folder)
        self.sorter = sorter
        for (key, region, numbers) in places {
            let item = SortItem(high: UInt64(key), low: UInt64(region), tag: 0)
            let bytes = withUnsafeBytes(of: numbers) { Array($0) }
            try sorter.add(item, bytes[...])
        }
        clearPlaces()
    }

    private mutating func clearPlaces() {
        places.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
    }
}

/// The summary by location and year, from records in the order of locations and dates.
struct LocationSummaries {
    private let sink: any SummarySink
    private var groups = SummaryGroups()
    private var location: Int64 = -1
    private var year: Int64 = -1
    private var tally = SummaryTally()

    init(_ sink: any SummarySink) { self.sink = sink }

    @inline(__always)
    mutating func add(
        location: Int64, date: Int64, region: Int64, dataset: Int64, num: Int64?
    ) throws(StoreError) {
        let year = date / 10_000
        if location != self.location || year != self.year {
            try finish()
            (self.location, self.year) = (location, year)
        }
        tally.add(groups.number(region: region, dataset: dataset), num, date: date)
    }

    mutating func finish() throws(StoreError) {
        try tally.drain(.locationYear, location, year, groups, to: sink)
    }
}

import Dispatch
import Synchronization

/// Fills the empty tables of records, their indexes and their summaries, all in order: each page is written once.
///
/// The records come in the default order, in which the table, its first index and the checklists are written at once. The
/// other indexes have other orders: their entries are sorted meanwhile, and written by two threads after that.
struct BulkLoad {
    /// What ranks stand for.
    struct Names {
        let locations: Ranks
        /// The ids of regions, by ranks of locations; 0 for none.
        let regions: [Int64]
        let species: Ranks
        let datasets: Ranks
    }

    struct Outcome {
        var stored = 0
        /// By ranks of data sets.
        var records: [Int]
        var checklists: [Int]
        /// By ranks of species.
        var ofSpecies: [Int]
    }

    private let names: Names
    private let folder: String
    private let file: PageFile
    private let trees: [String: TreeWriter]

    /// - Parameter database: one in which no transaction is under way, and whose tables of records are empty.
    init(_ database: Database, _ names: Names) throws(StoreError) {
        self.names = names
        folder = database.folder
        let file = try PageFile(path: database.path)
        self.file = file
        let select = try database.prepare("SELECT name, rootpage, type FROM sqlite_schema WHERE rootpage > 0")
        var trees: [String: TreeWriter] = [:]
        while try select.step() {
            let name = select.text(0) ?? ""
            let isTable = select.text(2) == "table" && name != "summary"
            trees[name] = TreeWriter(
                file, root: UInt32(truncatingIfNeeded: select.int64(1)), isTable ? .table : .index)
        }
        self.trees = trees
    }

    private func tree(_ name: String) throws(StoreError) -> TreeWriter {
        guard let tree = trees[name] else { throw .unusable(path: file.path, reason: "it has no \(name)") }
        return tree
    }

    /// - Parameters:
    ///   - records: by `RecordKey.byDate`, with their details as bytes.
    ///   - none: the rank of `nobird` among the species; -1 where there is none.
    ///   - progress: how many records have been stored; nil while indexes are made.
    func run(
        _ records: consuming Sorter.Sorted, none: Int, progress: (Int?) -> Void
    ) throws(StoreError) -> Outcome {
        let later = Later(folder)
        let summaries = SummarySpools(folder)
        let outcome = try loadInOrder(records, none: none, later, summaries, progress)
        progress(nil)
        try loadIndexes(later, summaries)
        try summaries.load(try tree("summary"))
        try file.finish()
        return outcome
    }

    /// Entries of the indexes that are not in the default order.
    private final class Later {
        let bySpecies: Sorter
        let byPlace: Sorter
        let checklistsByPlace: Sorter
        let checklistsByDataSet: Sorter
        let bySource: Sorter

        init(_ folder: String) {
            bySpecies = Sorter(in: folder)
            byPlace = Sorter(in: folder)
            checklistsByPlace = Sorter(in: folder)
            checklistsByDataSet = Sorter(in: folder)
            bySource = Sorter(in: folder)
        }
    }

    private func loadInOrder(
        _ sorted: consuming Sorter.Sorted, none: Int, _ later: Later, _ summaries: SummarySpools,
        _ progress: (Int?) -> Void
    ) throws(StoreError) -> Outcome {
        let table = try tree("observation")
        let byDate = try tree("observation_by_date")
        let detail = try tree("observation_detail")
        let loader = try ChecklistLoader(
            names, table: tree("checklist"), byDate: tree("checklist_by_date"), later.checklistsByPlace,
            later.checklistsByDataSet)
        var outcome = Outcome(
            records: Array(repeating: 0, count: names.datasets.ids.count), checklists: [],
            ofSpecies: Array(repeating: 0, count: names.species.ids.count))
        var checklists = Checklists(loader, firstID: 1, none: none)
        var dates = DateSummaries(summaries)
        var item = SortItem()
        var bytes: [UInt8] = []
        var row = RowPayload()
        while try sorted.next(&item, &bytes) {
            let key = RecordKey(byDate: item)
            let details = bytes.isEmpty ? RecordDetails() : RecordDetails(bytes)
            let id = Int64(outcome.stored + 1)
            let (location, species) = (names.locations.ids[key.place], names.species.ids[key.species])
            let dataset = names.datasets.ids[key.dataset]
            if !checklists.isAt(key.date, location) {
                try checklists.begin(key.date, location)
                loader.place = key.place
            }
            let checklist = checklists.id(of: key, details, bytes)

            row.begin()
            row.addNull()
            row.add(checklist)
            row.add(dataset)
            row.add(key.date)
            row.add(location)
            row.add(species)
            row.add(key.num)
            row.add(text: bytes[details.source])
            row.add(details.integer(.valid, in: bytes))
            row.add(details.integer(.reviewed, in: bytes))
            try table.add(&row, id: id)

            row.begin()
            row.add(key.date)
            row.add(location)
            row.add(species)
            row.add(key.num)
            row.add(dataset)
            row.add(id)
            try byDate.add(&row)

            if details.holdsOwn {
                row.begin()
                row.addNull()
                row.add(time: details.integer(.ownTime, in: bytes))
                row.add(details.double(.confidence, in: bytes))
                row.add(text: details.text(.breedingCode, in: bytes))
                row.add(text: details.text(.comments, in: bytes))
                try detail.add(&row, id: id)
            }
            if !details.source.isEmpty {
                try later.bySource.add(
                    SortItem(high: UInt64(key.dataset), low: 0, tag: UInt64(id)), bytes[details.source])
            }
            let (species128, place128) = (key.bySpecies, key.byPlace)
            try later.bySpecies.add(high: species128.high, low: species128.low, tag: UInt64(id))
            try later.byPlace.add(high: place128.high, low: place128.low, tag: UInt64(id))
            try dates.add(date: key.date, region: names.regions[key.place], dataset: dataset, num: key.num)
            outcome.records[key.dataset] += 1
            outcome.ofSpecies[key.species] += 1
            outcome.stored += 1
            if outcome.stored % 8192 == 0 { progress(outcome.stored) }
        }
        try checklists.finish()
        outcome.checklists = loader.counts
        try dates.finish()
        for tree in [table, byDate, detail] { try tree.finish() }
        try loader.finish()
        return outcome
    }

    /// Two threads have trees, sorters and kinds of summaries of their own.
    private func loadIndexes(_ later: Later, _ summaries: SummarySpools) throws(StoreError) {
        nonisolated(unsafe) let shared = (self, later, summaries)
        let failures = Mutex<[StoreError]>([])
        DispatchQueue.concurrentPerform(iterations: 2) { half in
            let (load, later, summaries) = shared
            do throws(StoreError) {
                if half == 0 {
                    try load.loadBySpecies(later, summaries)
                } else {
                    try load.loadByLocation(later, summaries)
                }
            } catch {
                failures.withLock { $0.append(error) }
            }
        }
        if let failure = failures.withLock({ $0.first }) { throw failure }
    }

    private func loadBySpecies(_ later: Later, _ sink: SummarySpools) throws(StoreError) {
        let tree = try tree("observation_by_species")
        var sorted = try later.bySpecies.sorted()
        var summaries = SpeciesSummaries(sink, folder: folder)
        var item = SortItem()
        var bytes: [UInt8] = []
        var row = RowPayload()
        while try sorted.next(&item, &bytes) {
            let key = RecordKey(bySpecies: item)
            let (location, species) = (names.locations.ids[key.place], names.species.ids[key.species])
            let dataset = names.datasets.ids[key.dataset]
            row.begin()
            row.add(species)
            row.add(key.date)
            row.add(location)
            row.add(key.num)
            row.add(dataset)
            row.add(Int64(item.tag))
            try tree.add(&row)
            try summaries.add(
                species: species, date: key.date, location: location, region: names.regions[key.place],
                dataset: dataset, num: key.num)
        }
        try summaries.finish()
        try tree.finish()
    }

    private func loadByLocation(_ later: Later, _ sink: SummarySpools) throws(StoreError) {
        let tree = try tree("observation_by_location")
        var sorted = try later.byPlace.sorted()
        var summaries = LocationSummaries(sink)
        var item = SortItem()
        var bytes: [UInt8] = []
        var row = RowPayload()
        while try sorted.next(&item, &bytes) {
            let key = RecordKey(byPlace: item)
            let (location, species) = (names.locations.ids[key.place], names.species.ids[key.species])
            let dataset = names.datasets.ids[key.dataset]
            row.begin()
            row.add(location)
            row.add(key.date)
            row.add(species)
            row.add(key.num)
            row.add(dataset)
            row.add(Int64(item.tag))
            try tree.add(&row)
            try summaries.add(
                location: location, date: key.date, region: names.regions[key.place], dataset: dataset, num: key.num)
        }
        try summaries.finish()
        try tree.finish()
        try loadChecklists(later.checklistsByPlace, into: self.tree("checklist_by_location"))
        try loadCodes(later.checklistsByDataSet, into: self.tree("checklist_by_dataset"))
        try loadCodes(later.bySource, into: self.tree("observation_by_source_id"))
    }

    private func loadChecklists(_ sorter: Sorter, into tree: TreeWriter) throws(StoreError) {
        var sorted = try sorter.sorted()
        var item = SortItem()
        var bytes: [UInt8] = []
        var row = RowPayload()
        while try sorted.next(&item, &bytes) {
            let key = RecordKey(byPlace: item)
            row.begin()
            row.add(names.locations.ids[key.place])
            row.add(key.date)
            row.add(names.datasets.ids[key.dataset])
            row.add(Int64(item.tag))
            try tree.add(&row)
        }
        try tree.finish()
    }

    /// An index of codes within data sets.
    private func loadCodes(_ sorter: Sorter, into tree: TreeWriter) throws(StoreError) {
        var sorted = try sorter.sorted()
        var item = SortItem()
        var bytes: [UInt8] = []
        var row = RowPayload()
        while try sorted.next(&item, &bytes) {
            row.begin()
            row.add(names.datasets.ids[Int(item.high)])
            row.add(text: bytes[...])
            row.add(Int64(item.tag))
            try tree.add(&row)
        }
        try tree.finish()
    }
}

extension RowPayload {
    /// Minutes after midnight.
    mutating func add(time: Int64?) {
        if let time { add(text: Array(timeOfDay(time).utf8)[...]) } else { addNull() }
    }
}

/// Writes new checklists and their first index.
private final class ChecklistLoader: ChecklistSink {
    private let names: BulkLoad.Names
    private let table: TreeWriter
    private let byDate: TreeWriter
    private let byPlace: Sorter
    private let byDataSet: Sorter
    private var row = RowPayload()
    /// The rank of the place of the checklists that come next.
    var place = 0
    /// By ranks of data sets.
    private(set) var counts: [Int]

    init(_ names: BulkLoad.Names, table: TreeWriter, byDate: TreeWriter, _ byPlace: Sorter, _ byDataSet: Sorter) {
        (self.names, self.table, self.byDate) = (names, table, byDate)
        (self.byPlace, self.byDataSet) = (byPlace, byDataSet)
        counts = Array(repeating: 0, count: names.datasets.ids.count)
    }

    func add(_ checklists: ArraySlice<Checklist>) throws(StoreError) {
        for checklist in checklists {
            try write(checklist)
            var key = RecordKey()
            (key.place, key.date, key.dataset) = (place, checklist.date, checklist.dataset)
            let packed = key.byPlace
            try byPlace.add(high: packed.high, low: packed.low, tag: UInt64(checklist.id))
            let item = SortItem(high: UInt64(checklist.dataset), low: 0, tag: UInt64(checklist.id))
            try byDataSet.add(item, checklist.code)
            counts[checklist.dataset] += 1
        }
        if checklists.count == 1 {
            for checklist in checklists { try index(checklist) }
        } else {
            let ordered = checklists.sorted { ($0.dataset, $0.id) < ($1.dataset, $1.id) }
            for checklist in ordered { try index(checklist) }
        }
    }

    func finish() throws(StoreError) {
        try table.finish()
        try byDate.finish()
    }

    private func write(_ checklist: Checklist) throws(StoreError) {
        let (details, bytes) = (checklist.details, checklist.bytes)
        row.begin()
        row.addNull()
        row.add(names.datasets.ids[checklist.dataset])
        row.add(text: checklist.code)
        row.add(checklist.location)
        row.add(checklist.date)
        row.add(time: details.integer(.time, in: bytes))
        row.add(details.integer(.minutes, in: bytes))
        row.add(details.double(.distance, in: bytes))
        row.add(details.double(.area, in: bytes))
        row.add(details.integer(.observers, in: bytes))
        row.add(details.integer(.complete, in: bytes))
        row.add(text: details.text(.protocol, in: bytes))
        row.add(text: details.text(.checklistComments, in: bytes))
        row.add(checklist.speciesCount)
        row.add(details.integer(.halfDays, in: bytes))
        row.add(details.double(.effortHours, in: bytes))
        row.add(details.double(.snowDepth, in: bytes))
        try table.add(&row, id: checklist.id)
    }

    private func index(_ checklist: Checklist) throws(StoreError) {
        row.begin()
        row.add(checklist.date)
        row.add(checklist.location)
        row.add(names.datasets.ids[checklist.dataset])
        row.add(checklist.id)
        try byDate.add(&row)
    }
}

/// Rows of the table `summary`, kept apart by kind until all are known.
private final class SummarySpools: SummarySink {
    private final class Kind {
        let spool: Spool
        var row = RowPayload()

        init(_ folder: String) { spool = Spool(in: folder) }
    }

    /// By `SummaryKind`; each is filled by one thread.
    private let kinds: [Kind]

    init(_ folder: String) { kinds = SummaryKind.allCases.map { _ in Kind(folder) } }

    func add(_ kind: SummaryKind, _ key: SummaryRowKey, _ numbers: SummaryNumbers) throws(StoreError) {
        // Kinds are numbered from 1.
        let spooled = kinds[Int(kind.rawValue) - 1]
        spooled.row.begin()
        spooled.row.add(kind.rawValue)
        spooled.row.add(key.first)
        spooled.row.add(key.second)
        spooled.row.add(key.region)
        spooled.row.add(key.dataset)
        spooled.row.add(numbers.records)
        spooled.row.add(numbers.max < 0 ? nil : numbers.total)
        spooled.row.add(numbers.max < 0 ? nil : numbers.max)
        spooled.row.add(numbers.first)
        spooled.row.add(numbers.last)
        try spooled.row.withBytes { bytes throws(StoreError) in try spooled.spool.append(SortItem(), bytes) }
    }

    func load(_ tree: TreeWriter) throws(StoreError) {
        var item = SortItem()
        var bytes: [UInt8] = []
        for kind in kinds {
            var reader = kind.spool.reader()
            while try reader.next(&item, &bytes) {
                try bytes.withRawBytes { row throws(StoreError) in try tree.add(row) }
            }
        }
        try tree.finish()
    }
}

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

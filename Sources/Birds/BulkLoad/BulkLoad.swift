import Dispatch
import Synchronization

/// Writes the tables of records anew, with their indexes and their summaries, all in order: each page is written once.
///
/// The records come in the default order, in which the table, its first index and the checklists are written at once. The
/// other indexes have other orders: their entries are sorted meanwhile, and written by two threads after that. Records that
/// the database keeps have their ids already, and new ones get greater ones.
struct BulkLoad {
    /// What ranks stand for.
    struct Names {
        let locations: Ranks
        let species: Ranks
        /// Of all data sets; the numbers are those of the import's.
        let datasets: Ranks
    }

    struct Outcome {
        var stored = 0
        /// By ranks of data sets, those that were kept without.
        var records: [Int]
        var checklists: [Int]
        /// By ranks of species, those that were kept too.
        var ofSpecies: [Int]
    }

    private let names: Names
    private let folder: String
    private let records: Sorter
    private let entries: IndexEntries
    private let kept: KeptRecords

    /// Takes up the records that a database keeps, and those that are staged.
    /// - Parameter replaced: ids of data sets, of which nothing is kept.
    init(
        _ staging: Staging, _ names: Names, in database: Database, without replaced: [Int64]
    ) throws(StoreError) {
        self.names = names
        folder = database.folder
        records = Sorter(in: folder)
        entries = IndexEntries(folder)
        kept = try KeptRecords(in: database, without: replaced, names, records, entries)
        try staging.add(
            to: records, places: names.locations.ofNumber, species: names.species.ofNumber,
            datasets: names.datasets.ofNumber)
    }

    /// The trees of a file.
    private struct Trees {
        let file: PageFile
        private let trees: [String: TreeWriter]

        init(_ database: Database) throws(StoreError) {
            file = try PageFile(path: database.path)
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

        func named(_ name: String) throws(StoreError) -> TreeWriter {
            guard let tree = trees[name] else { throw .unusable(path: file.path, reason: "it has no \(name)") }
            return tree
        }
    }

    /// - Parameters:
    ///   - database: one in which no transaction is under way, and whose tables of records are empty.
    ///   - regions: the ids of regions, by ranks of locations; 0 for none.
    ///   - none: the rank of `nobird` among the species; -1 where there is none.
    ///   - progress: how many records have been stored; nil while indexes are made.
    func run(
        _ database: Database, regions: [Int64], none: Int, progress: (Int?) -> Void
    ) throws(StoreError) -> Outcome {
        let trees = try Trees(database)
        let summaries = SummarySpools(folder)
        let outcome = try loadInOrder(trees, regions, none: none, summaries, progress)
        progress(nil)
        try loadIndexes(trees, regions, summaries)
        try summaries.load(try trees.named("summary"))
        try trees.file.finish()
        return outcome
    }

    private func loadInOrder(
        _ trees: Trees, _ regions: [Int64], none: Int, _ summaries: SummarySpools, _ progress: (Int?) -> Void
    ) throws(StoreError) -> Outcome {
        let table = try trees.named("observation")
        let byDate = try trees.named("observation_by_date")
        let detail = try trees.named("observation_detail")
        let checklist = try trees.named("checklist")
        try kept.load(observations: table, details: detail, checklists: checklist)
        let loader = ChecklistLoader(names, checklist, entries)
        var outcome = Outcome(
            records: Array(repeating: 0, count: names.datasets.ids.count), checklists: [],
            ofSpecies: Array(repeating: 0, count: names.species.ids.count))
        var checklists = Checklists(loader, firstID: kept.lastChecklistID + 1, none: none)
        var dates = DateSummaries(summaries)
        var sorted = try records.sorted()
        var item = SortItem()
        var bytes: [UInt8] = []
        var row = RowPayload()
        while try sorted.next(&item, &bytes) {
            let key = RecordKey(byDate: item)
            let isKept = item.tag & KeptRecords.flag != 0
            let id = isKept ? Int64(item.tag & ~KeptRecords.flag) : kept.lastID + Int64(outcome.stored + 1)
            let (location, species) = (names.locations.ids[key.place], names.species.ids[key.species])
            let dataset = names.datasets.ids[key.dataset]

            row.begin()
            row.add(key.date)
            row.add(location)
            row.add(species)
            row.add(key.num)
            row.add(dataset)
            row.add(id)
            try byDate.add(&row)
            let (species128, place128) = (key.bySpecies, key.byPlace)
            try entries.bySpecies.add(high: species128.high, low: species128.low, tag: UInt64(id))
            try entries.byPlace.add(high: place128.high, low: place128.low, tag: UInt64(id))
            try dates.add(date: key.date, region: regions[key.place], dataset: dataset, num: key.num)
            outcome.ofSpecies[key.species] += 1
            if isKept { continue }

            let details = bytes.isEmpty ? RecordDetails() : RecordDetails(bytes)
            if !checklists.isAt(key.date, location) {
                try checklists.begin(key.date, location)
                loader.place = key.place
            }
            row.begin()
            row.addNull()
            row.add(checklists.id(of: key, details, bytes))
            row.add(dataset)
            row.add(key.date)
            row.add(location)
            row.add(species)
            row.add(key.num)
            row.add(text: bytes[details.source])
            row.add(details.integer(.valid, in: bytes))
            row.add(details.integer(.reviewed, in: bytes))
            try table.add(&row, id: id)
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
                try entries.bySource.add(
                    SortItem(high: UInt64(key.dataset), low: 0, tag: UInt64(id)), bytes[details.source])
            }
            outcome.records[key.dataset] += 1
            outcome.stored += 1
            if outcome.stored % 8192 == 0 { progress(outcome.stored) }
        }
        try checklists.finish()
        outcome.checklists = loader.counts
        try dates.finish()
        for tree in [table, byDate, detail, checklist] { try tree.finish() }
        return outcome
    }

    /// Two threads have trees, sorters and kinds of summaries of their own.
    private func loadIndexes(
        _ trees: Trees, _ regions: [Int64], _ summaries: SummarySpools
    ) throws(StoreError) {
        nonisolated(unsafe) let shared = (self, trees, summaries)
        let failures = Mutex<[StoreError]>([])
        DispatchQueue.concurrentPerform(iterations: 2) { half in
            let (load, trees, summaries) = shared
            do throws(StoreError) {
                if half == 0 {
                    try load.loadBySpecies(trees, regions, summaries)
                } else {
                    try load.loadByLocation(trees, regions, summaries)
                }
            } catch {
                failures.withLock { $0.append(error) }
            }
        }
        if let failure = failures.withLock({ $0.first }) { throw failure }
    }

    private func loadBySpecies(
        _ trees: Trees, _ regions: [Int64], _ sink: SummarySpools
    ) throws(StoreError) {
        let tree = try trees.named("observation_by_species")
        var sorted = try entries.bySpecies.sorted()
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
                species: species, date: key.date, location: location, region: regions[key.place],
                dataset: dataset, num: key.num)
        }
        try summaries.finish()
        try tree.finish()
    }

    private func loadByLocation(
        _ trees: Trees, _ regions: [Int64], _ sink: SummarySpools
    ) throws(StoreError) {
        let tree = try trees.named("observation_by_location")
        var sorted = try entries.byPlace.sorted()
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
                location: location, date: key.date, region: regions[key.place], dataset: dataset, num: key.num)
        }
        try summaries.finish()
        try tree.finish()
        try loadChecklists(entries.checklistsByDate, isByDate: true, into: trees.named("checklist_by_date"))
        try loadChecklists(entries.checklistsByPlace, isByDate: false, into: trees.named("checklist_by_location"))
        try loadCodes(entries.checklistsByDataSet, into: trees.named("checklist_by_dataset"))
        try loadCodes(entries.bySource, into: trees.named("observation_by_source_id"))
    }

    private func loadChecklists(_ sorter: Sorter, isByDate: Bool, into tree: TreeWriter) throws(StoreError) {
        var sorted = try sorter.sorted()
        var item = SortItem()
        var bytes: [UInt8] = []
        var row = RowPayload()
        while try sorted.next(&item, &bytes) {
            let key = isByDate ? RecordKey(byDate: item) : RecordKey(byPlace: item)
            let location = names.locations.ids[key.place]
            row.begin()
            row.add(isByDate ? key.date : location)
            row.add(isByDate ? location : key.date)
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

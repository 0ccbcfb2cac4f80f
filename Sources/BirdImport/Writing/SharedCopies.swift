import Birds

/// Makes one checklist of the copies of each shared one at a location on a date (`SharedChecklists`), and stages its
/// records.
///
/// Rules:
/// - The lowest copy gives the checklist its code and effort. It may be one of the database.
/// - A species has the records of the lowest copy that reports it, or a part of it. Those of other copies are left out.
///
/// Where a stored checklist is the lowest copy, it stays as it is, gets the other species, and gives up the records of
/// copies that are not the lowest any more. Where it is not, its records are taken out of the database and staged
/// again, with those of the import.
///
/// Of the stored copies of a group, only the ids are held in memory.
struct SharedCopies {
    private let database: Database
    private let staging: Staging
    private let touched: TouchedChecklists
    /// The ids of species, by provisional number. They grow by those of stored records.
    private(set) var species: [Int64]
    private(set) var leftOut = LeftOut(LeftOut.sharedChecklist)
    /// The number of records that were taken out of the database.
    private(set) var removed = 0
    private var numberOfSpecies: [Int64: Int] = [:]
    /// The species that zero-filling counts a species or a part of one as, by id.
    private var wholeSpecies: [Int64: Int64] = [:]
    /// A part of each species that is not there itself, which stands for it, by the name of the species.
    private var partsOfMissing: [String: Int64] = [:]
    private let subspecies: Subspecies
    private var group = Group()
    private let stored: StoredChecklists
    private let codeOfSpecies: Statement

    /// A shared checklist.
    private struct Group {
        /// The ids of the stored copies, the lowest first, and how many of them are part of it.
        var stored: [Int64] = []
        var passed = 0
        /// The lowest of the others; nil if it was not looked up.
        var waiting: StoredChecklists.Checklist?
        /// A key and details with the location, date, code and effort of the checklist; nil before its first record.
        var base: (key: RecordKey, details: [UInt8], copy: SharedChecklists.Copy)?
        /// The copy that gives the records of each species, by the id of the whole species.
        var copies: [Int64: SharedChecklists.Copy] = [:]
        /// Their records, where they stay in the database.
        var kept: [Int64: [(StoredChecklists.Record, of: StoredChecklists.Checklist)]] = [:]
        /// Records that were taken out of the database and are not staged yet, those of the lowest copy first.
        var taken: [StoredChecklists.Record] = []
        /// Whether the checklist was staged without a record.
        var isKept = false
    }

    init(
        _ database: Database, _ staging: Staging, species: [Int64], _ touched: TouchedChecklists
    ) throws(StoreError) {
        (self.database, self.staging, self.touched) = (database, staging, touched)
        self.species = species
        stored = try StoredChecklists(database)
        subspecies = try Subspecies(database)
        codeOfSpecies = try database.prepare("SELECT code FROM species WHERE id = ?1")
    }

    /// Stages the shared checklists.
    /// - Parameters:
    ///   - datasets: The ids of the data sets, by number, if their stored checklists stay; nil if they are replaced.
    ///     The indexes must then exist.
    ///   - change: Notes the records that are taken out.
    mutating func stage(
        _ shared: SharedChecklists, with datasets: [Int64]?, _ change: inout RecordChange
    ) throws(StoreError) {
        if let datasets, let groups = staging.toldGroups { try stored.add(to: shared, of: datasets, groups) }
        var items = try shared.sorted()
        while let (item, isFirst) = try items.next() {
            if isFirst { try end(&change) }
            switch item {
            case .stored(let id):
                group.stored.append(id)
            case .new(let copy, let item, let details, let origin):
                try add(RecordKey(item), details, copy, origin, &change)
            }
        }
        try end(&change)
    }

    /// Adds a record or checklist of the import to the group.
    private mutating func add(
        _ key: RecordKey, _ details: [UInt8], _ copy: SharedChecklists.Copy, _ origin: RecordDetails.Origin,
        _ change: inout RecordChange
    ) throws(StoreError) {
        if group.base == nil { try begin(key, details, copy) }
        while let lowest = try waiting(), lowest.copy < copy { try takeIn(lowest, &change) }
        try stageTaken(before: copy)
        guard let number = key.species else {
            if !group.isKept { try stageChecklist() }
            return
        }
        let id = species[number]
        let whole = try wholeSpecies(of: id)
        if let other = group.copies[whole], other < copy {
            try leftOut.rows.add(origin) { () throws(StoreError) in
                codeOfSpecies.bind(1, id)
                defer { codeOfSpecies.reset() }
                let checklist = String(decoding: copy.code, as: UTF8.self)
                return try codeOfSpecies.step() ? "\(checklist), \(codeOfSpecies.text(0) ?? "")" : checklist
            }
            return
        }
        if let other = group.copies[whole], copy < other {
            for (record, checklist) in group.kept.removeValue(forKey: whole) ?? [] {
                try remove(record, of: checklist, &change)
                try touched.add(checklist.id, .lessRecords)
            }
        }
        group.copies[whole] = copy
        try stage(species: number, num: key.num, details, of: copy)
    }

    /// The species that zero-filling counts a species as.
    private mutating func wholeSpecies(of id: Int64) throws(StoreError) -> Int64 {
        if let known = wholeSpecies[id] { return known }
        var whole = id
        if let species = try subspecies.species(of: id) {
            let name = species.name.lowercased()
            whole = species.id ?? partsOfMissing[name] ?? id
            if species.id == nil { partsOfMissing[name] = whole }
        }
        wholeSpecies[id] = whole
        return whole
    }

    /// The lowest stored copy that is not yet part of the group; nil if all are.
    private mutating func waiting() throws(StoreError) -> StoredChecklists.Checklist? {
        while group.waiting == nil, group.passed < group.stored.count {
            group.waiting = try stored.checklist(group.stored[group.passed])
            if group.waiting == nil { group.passed += 1 }
        }
        return group.waiting
    }

    /// Goes on to the next stored copy.
    private mutating func passWaiting() {
        group.passed += 1
        group.waiting = nil
    }

    /// Begins a group with its lowest new copy.
    private mutating func begin(
        _ key: RecordKey, _ details: [UInt8], _ copy: SharedChecklists.Copy
    ) throws(StoreError) {
        group.base = (key, details, copy)
        guard let lowest = try waiting() else { return }
        // The same copy again may have been corrected, so the new one decides.
        guard lowest.copy < copy else { return }
        group.base = (key, lowest.details, lowest.copy)
        while let checklist = try waiting() {
            for record in try stored.records(of: checklist) {
                let whole = try wholeSpecies(of: record.species)
                if let other = group.copies[whole], other < record.copy { continue }
                if group.copies[whole] != record.copy { group.kept[whole] = [] }
                group.copies[whole] = record.copy
                group.kept[whole, default: []].append((record, of: checklist))
            }
            passWaiting()
        }
    }

    /// Takes the records of a stored copy out of the database.
    private mutating func takeIn(
        _ checklist: StoredChecklists.Checklist, _ change: inout RecordChange
    ) throws(StoreError) {
        passWaiting()
        for record in try stored.records(of: checklist) {
            try remove(record, of: checklist, &change)
            group.taken.append(record)
        }
        group.taken.sort { $0.copy < $1.copy }
        change.note(location: checklist.location)
        // Now its group has a file of checklists, and it goes if no record is left.
        if checklist.isListed {
            try stored.unlist(checklist)
            if !group.isKept { try stageChecklist() }
        }
        try touched.add(checklist.id, .lessRecords)
    }

    /// Stages the records that were taken out and that no lower copy has.
    /// - Parameter limit: The copy whose turn it is; nil at the end.
    private mutating func stageTaken(before limit: SharedChecklists.Copy?) throws(StoreError) {
        while let copy = group.taken.first?.copy, limit.map({ copy < $0 }) ?? true {
            let before = group.copies
            let records = group.taken.prefix { $0.copy == copy }
            group.taken.removeFirst(records.count)
            for record in records {
                let whole = try wholeSpecies(of: record.species)
                // Of the same copy, a record of the import with the same code has replaced it before
                // (`RepeatedRecords`). All others are beside it. Without codes, those of the import are newer.
                if let other = before[whole], other < copy || !record.hasSource { continue }
                group.copies[whole] = copy
                try stage(species: number(ofSpecies: record.species), num: record.num, record.details, of: copy)
            }
        }
    }

    private mutating func remove(
        _ record: StoredChecklists.Record, of checklist: StoredChecklists.Checklist, _ change: inout RecordChange
    ) throws(StoreError) {
        try stored.remove(record)
        removed += 1
        change.note(date: checklist.date, location: checklist.location, species: record.species)
    }

    private mutating func end(_ change: inout RecordChange) throws(StoreError) {
        if group.base != nil {
            while let lowest = try waiting() { try takeIn(lowest, &change) }
            try stageTaken(before: nil)
        }
        group = Group()
    }

    private mutating func stageChecklist() throws(StoreError) {
        group.isKept = true
        try stage(species: nil, num: nil, [], of: nil)
    }

    /// Stages a record, or the checklist alone, with the effort of the group.
    /// - Parameter copy: That of the record.
    private func stage(
        species: Int?, num: Int64?, _ details: [UInt8], of copy: SharedChecklists.Copy?
    ) throws(StoreError) {
        guard let base = group.base else { return }
        guard
            let key = RecordKey(
                date: base.key.date, location: base.key.location, species: species, num: num, dataset: base.key.dataset)
        else { throw Self.tooMany }
        // The rows of the lowest copy tell together what is known of it (`ChecklistDetails`).
        let isOfBase = copy.map { $0 == base.copy } ?? true
        try staging.append(
            key,
            RecordDetails.combine(
                checklist: isOfBase && !details.isEmpty ? details : base.details, record: details,
                copy: isOfBase ? [] : copy?.code ?? []))
    }

    private static var tooMany: StoreError {
        .unusable(path: "The import", reason: "it has too many locations or species; import fewer files at once")
    }

    /// The provisional number of a stored species. It is always a new one, since a number of the import may stand for
    /// a name with a remark.
    private mutating func number(ofSpecies id: Int64) -> Int {
        if let known = numberOfSpecies[id] { return known }
        species.append(id)
        numberOfSpecies[id] = species.count - 1
        return species.count - 1
    }

}

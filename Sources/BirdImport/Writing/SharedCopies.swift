import Birds

/// Makes one checklist of the copies of each shared one at a location on a date (`SharedChecklists`), and stages its
/// records.
///
/// Rules:
/// - The lowest copy gives the checklist its code and effort. It may be one of the database.
/// - A species has the records of the lowest copy that reports the species itself, those of its parts (subspecies and
///   forms) included. Where none does, each part has the records of the lowest copy that reports it. Others are left
///   out.
///
/// So a part decides of no other part, and never of its species: it may be hidden from readers (`SensitiveSpecies`) who
/// see the others, and they must see these as if it were not there.
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
    private var taxa: [Int64: Taxon] = [:]
    private let subspecies: Subspecies
    private var group = Group()
    private let stored: StoredChecklists
    private let codeOfSpecies: Statement

    /// A species, or a part of one.
    private struct Taxon {
        let id: Int64
        /// The id of the species of which it is a part, if that is there; else its own.
        let species: Int64
        var isPart: Bool { id != species }
    }

    /// A record of the import of which it is not yet known whether its checklist has it.
    private struct Part {
        let number: Int
        let taxon: Taxon
        let num: Int64?
        let details: [UInt8]
        let copy: SharedChecklists.Copy
        /// Nil if it was stored before.
        let origin: RecordDetails.Origin?
    }

    /// A shared checklist.
    private struct Group {
        /// The ids of the stored copies, the lowest first, and how many of them are part of it.
        var stored: [Int64] = []
        var passed = 0
        /// The lowest of the others; nil if it was not looked up.
        var waiting: StoredChecklists.Checklist?
        /// A key and details with the location, date, code and effort of the checklist; nil before its first record.
        var base: (key: RecordKey, details: [UInt8], copy: SharedChecklists.Copy)?
        /// The copy that gives the records of each species that is reported itself, or of each part, by its id.
        var copies: [Int64: SharedChecklists.Copy] = [:]
        /// Their records, where they stay in the database, by the id of the species.
        var kept: [Int64: [(StoredChecklists.Record, Taxon, of: StoredChecklists.Checklist)]] = [:]
        /// Parts of species of which no copy so far reports the species itself, by the id of that.
        var parts: [Int64: [Part]] = [:]
        /// The last copy of the import that reports a species or a part of it, by the id of the species.
        var last: [Int64: SharedChecklists.Copy] = [:]
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
        let own = RecordDetails(details).text(.group, in: details)
        if let groups = staging.toldGroups, groups.overrules(own, of: copy.code, dataset: key.dataset) {
            return try staging.append(key, RecordDetails.withoutGroup(details))
        }
        if group.base == nil { try begin(key, details, copy) }
        while let lowest = try waiting(), lowest.copy < copy { try takeIn(lowest, &change) }
        try stageTaken(before: copy, &change)
        guard let number = key.species else {
            if !group.isKept { try stageChecklist() }
            return
        }
        let taxon = try taxon(species[number])
        group.last[taxon.species] = copy
        let part = Part(number: number, taxon: taxon, num: key.num, details: details, copy: copy, origin: origin)
        try take(part, &change)
    }

    /// Stages a record, holds it back, or leaves it out. Copies must come in their order.
    private mutating func take(_ record: Part, _ change: inout RecordChange) throws(StoreError) {
        let (taxon, copy) = (record.taxon, record.copy)
        if let other = group.copies[taxon.species], taxon.isPart || other < copy {
            guard other == copy else { return try leaveOut(record) }
        } else if taxon.isPart {
            // The same copy may still report the species itself.
            group.parts[taxon.species, default: []].append(record)
            let other = group.copies[taxon.id]
            if let other, other <= copy { return }
            group.copies[taxon.id] = copy
            // Those of a higher copy are in the database.
            if other != nil { try removeKept(of: taxon.species, &change) { $1.id == taxon.id } }
            return
        } else if group.copies[taxon.id] != copy {
            group.copies[taxon.id] = copy
            try removeKept(of: taxon.species, &change) { (record, _) in record.copy != copy }
            for part in group.parts.removeValue(forKey: taxon.species) ?? [] {
                if part.copy == copy { try stage(part) } else { try leaveOut(part) }
            }
        }
        try stage(record)
    }

    private func stage(_ record: Part) throws(StoreError) {
        try stage(species: record.number, num: record.num, record.details, of: record.copy)
    }

    /// Removes stored records of a species, which other copies give now.
    private mutating func removeKept(
        of species: Int64, _ change: inout RecordChange, where isRemoved: (StoredChecklists.Record, Taxon) -> Bool
    ) throws(StoreError) {
        guard let kept = group.kept.removeValue(forKey: species) else { return }
        for (record, taxon, checklist) in kept {
            if isRemoved(record, taxon) {
                try remove(record, of: checklist, &change)
                try touched.add(checklist.id, .lessRecords)
            } else {
                group.kept[species, default: []].append((record, taxon, of: checklist))
            }
        }
    }

    private mutating func leaveOut(_ record: Part) throws(StoreError) {
        guard let origin = record.origin else { return }
        try leftOut.rows.add(origin) { () throws(StoreError) in
            codeOfSpecies.bind(1, record.taxon.id)
            defer { codeOfSpecies.reset() }
            let checklist = String(decoding: record.copy.code, as: UTF8.self)
            return try codeOfSpecies.step() ? "\(checklist), \(codeOfSpecies.text(0) ?? "")" : checklist
        }
    }

    private mutating func taxon(_ id: Int64) throws(StoreError) -> Taxon {
        if let known = taxa[id] { return known }
        let taxon = Taxon(id: id, species: try subspecies.species(of: id)?.id ?? id)
        taxa[id] = taxon
        return taxon
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
                let taxon = try taxon(record.species)
                if let other = group.copies[taxon.id], other < record.copy { continue }
                group.copies[taxon.id] = record.copy
                group.kept[taxon.species, default: []].append((record, taxon, of: checklist))
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
    private mutating func stageTaken(
        before limit: SharedChecklists.Copy?, _ change: inout RecordChange
    ) throws(StoreError) {
        while let copy = group.taken.first?.copy, limit.map({ copy < $0 }) ?? true {
            let records = group.taken.prefix { $0.copy == copy }
            group.taken.removeFirst(records.count)
            for record in records {
                let taxon = try taxon(record.species)
                // Of the same copy, a record of the import with the same code has replaced it before
                // (`RepeatedRecords`). All others are beside it. Without codes, those of the import are newer.
                if !record.hasSource, group.last[taxon.species] == copy { continue }
                let part = Part(
                    number: number(ofSpecies: record.species), taxon: taxon, num: record.num, details: record.details,
                    copy: copy, origin: nil)
                try take(part, &change)
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
            try stageTaken(before: nil, &change)
            for part in group.parts.sorted(by: { $0.key < $1.key }).flatMap(\.value) {
                if group.copies[part.taxon.id] == part.copy { try stage(part) } else { try leaveOut(part) }
            }
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

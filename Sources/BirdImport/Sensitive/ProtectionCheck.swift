import Birds

/// Sees to it that a change of a database protects as much as before by its list of sensitive species and places.
///
/// Rules for an import: each entry must name something that is known, and match as many records as before; no location
/// that stays may be shown more exactly; and no name may be new that is surely like one of the list and that it does
/// not cover (`AlikeNames`). One that only may be like it is told.
struct ProtectionCheck {
    /// What a change may do.
    enum Kind {
        /// It changes the list.
        case ofList
        /// Less may be protected after it. The next import must still protect as much as the last one.
        case lowering
        /// As much must be protected after it.
        case keeping
        /// Less may be protected after it, and that counts from then on.
        case accepted
    }

    private let kind: Kind
    /// In seconds since 1970.
    private let now: Int
    /// Whether the levels from before the change are kept.
    private var hasOldLevels = false
    /// What the change leaves; nil without a list.
    var summary: SensitiveSummary?
    /// The names that unknown names of an import are similar to, by their codes.
    var similar: [String: String] = [:]

    init(_ kind: Kind, now: Int) { (self.kind, self.now) = (kind, now) }

    /// Whether the change is one of the list.
    var isOfList: Bool { kind == .ofList }

    /// Keeps what is protected before the change.
    mutating func begin(_ database: Database) throws(StoreError) {
        guard kind != .ofList else { return }
        let list = try SensitiveTable.read(from: database).map(\.entry)
        guard !list.isEmpty else { return }
        if kind != .lowering { try AlikeNames.keep(in: database) }
        let levels = SensitiveLevels(database)
        try levels.make(SensitiveMarks(list, in: database))
        try levels.keep()
        hasOldLevels = true
    }

    /// Finds what the list protects after the change. The database then has the tables of `SensitiveMarks`.
    /// - Returns: The list, and a refusal if less is protected than it must be.
    mutating func finish(_ database: Database) throws(StoreError) -> (list: [SensitiveEntry], refusal: String?) {
        try SensitiveTable.notePoints(in: database)
        let list = try SensitiveTable.read(from: database)
        if list.isEmpty { return ([], nil) }
        let entries = list.map(\.entry)
        let marks = try SensitiveMarks(entries, in: database)
        let levels = SensitiveLevels(database)
        let counts = hasOldLevels ? try levels.make(marks) : try marks.make()
        let unknown = Set(try marks.unknown())
        // A list may be given before there is any record.
        let isEmpty = try database.integer("SELECT 1 FROM observation LIMIT 1") == nil
        var faults: [String] = []
        var noted: [Int64] = []
        for ((entry, before), count) in zip(list, counts) {
            let isUnknown = unknown.contains(entry)
            if isEmpty || kind == .lowering {
                noted.append(isUnknown ? before : max(before, count))
                continue
            }
            if isUnknown, before != SensitiveTable.acceptedUnknown {
                faults.append("\(entry.subject.text) is not known")
            } else if count < before {
                faults.append(
                    "\(entry.subject.text) matches \(ImportReport.count(Int(count), "record", "records")), and "
                        + "matched \(before) before")
            }
            noted.append(isUnknown ? SensitiveTable.acceptedUnknown : count)
        }
        try SensitiveTable.note(noted, in: database)
        let lowered = hasOldLevels ? try levels.lowered() : []
        try sumUp(zip(entries, isEmpty ? counts.map { _ in 1 } : counts), lowered, in: database)
        if kind == .ofList || kind == .lowering { return (entries, nil) }
        let alike = try findAlike(marks, in: database)
        summary?.alike = alike.first
        summary?.moreAlike = alike.more
        if kind == .accepted { return (entries, nil) }
        if let first = lowered.first {
            let name = "'\(Row.shown(first, atMost: 60))'"
            let count = ImportReport.number(lowered.count)
            faults.append(
                lowered.count == 1
                    ? "location \(name) would be shown more exactly than before"
                    : "\(count) locations would be shown more exactly than before, such as \(name)")
        }
        var refusals = faults.isEmpty ? [] : [Self.refusal(faults)]
        if alike.sure > 0 { refusals.append(Self.refusal(ofAlike: alike.first, alike.sure)) }
        return (entries, refusals.isEmpty ? nil : refusals.joined(separator: " "))
    }

    /// The first new names that are like those of the list, the sure ones first; how many more there are; and how many
    /// are sure. An import that is refused stops at `mostCounted` of these.
    private func findAlike(
        _ marks: SensitiveMarks, in database: Database
    ) throws(StoreError) -> (first: [SensitiveSummary.Alike], more: Int, sure: Int) {
        guard try AlikeNames.areNew(in: database) else { return ([], 0, 0) }
        var names = try marks.alikeNames()
        var (sure, unsure): ([SensitiveSummary.Alike], [SensitiveSummary.Alike]) = ([], [])
        var (countSure, count) = (0, 0)
        let look = { (name: AlikeNames.Name) in
            let alike = SensitiveSummary.Alike(name: name.text, listed: name.listed, records: name.records)
            count += 1
            if name.isSure {
                countSure += 1
                if sure.count < SensitiveSummary.mostNamed { sure.append(alike) }
            } else if unsure.count < SensitiveSummary.mostNamed {
                unsure.append(alike)
            }
            return kind == .accepted || countSure < Self.mostCounted
        }
        try names.findBeside(look: look)
        if kind == .accepted || countSure < Self.mostCounted {
            try names.find(new: true, similar: similar, look: look)
        }
        let first = Array((sure + unsure).prefix(SensitiveSummary.mostNamed))
        return (first, count - first.count, countSure)
    }

    /// Why an import is refused that brings names which are surely like those of the list.
    private static func refusal(ofAlike names: [SensitiveSummary.Alike], _ count: Int) -> String {
        let named = names.prefix(min(count, mostFaults)).map { name in
            "'\(Row.shown(name.name, atMost: 60))' is like '\(Row.shown(name.listed, atMost: 60))'"
        }
        let (isOne, more) = (count == 1, count - named.count)
        return
            "With this import, records of \(isOne ? "a name" : "names") that no table of species knows would stay open, although "
            + "\(isOne ? "it is like a listed one" : "they are like listed ones"): \(named.joined(separator: "; "))"
            + (more > 0 ? "; and \(ImportReport.number(more)) more" : "") + (count == mostCounted ? " at least" : "")
            + ". Nothing was stored. If it is the same bird, correct the name or code in the file, or add it to the list as a line of "
            + "its own and give the list with --sensitive. If it is another bird, add --accept-unprotected."
    }

    private mutating func sumUp(
        _ entries: some Sequence<(SensitiveEntry, Int64)>, _ lowered: [String], in database: Database
    ) throws(StoreError) {
        let today = try database.text("SELECT date(\(now), 'unixepoch')") ?? ""
        var summary = SensitiveSummary()
        summary.lowered = lowered
        for (entry, count) in entries {
            summary.entries += 1
            if count == 0 { summary.idle.append(entry.subject.text) }
            if SensitiveReport.Entry(entry, today: today).isOverdue { summary.overdue.append(entry.subject.text) }
        }
        self.summary = summary
    }

    /// Why an import is refused that protects less than before.
    private static func refusal(_ faults: [String]) -> String {
        let more = faults.count - mostFaults
        return
            "With this import, the list of sensitive species and places would protect less: "
            + faults.prefix(mostFaults).joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
            + ". Nothing was stored. Did a name or a code change? Then give a list that has the new one together with this "
            + "import, with --sensitive, or a table of species. If the import is right, or a data set was removed before it, "
            + "add --accept-unprotected."
    }

    /// The most reasons that a refusal names.
    private static let mostFaults = 5
    /// The most names that it counts.
    private static let mostCounted = 1000
}

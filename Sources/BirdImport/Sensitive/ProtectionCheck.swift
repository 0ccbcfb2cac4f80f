import Birds

/// Sees to it that a change of a database protects as much as before by its list of sensitive species and places.
///
/// Rules for an import: each entry must name something that is known, and match as many records as before; no location
/// that stays may be shown more exactly; and no name may be new that is like one of the list and that it does not cover
/// (`AlikeNames`).
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

    init(_ kind: Kind, now: Int) { (self.kind, self.now) = (kind, now) }

    /// Whether the change is one of the list.
    var isOfList: Bool { kind == .ofList }

    /// Keeps what is protected before the change.
    mutating func begin(_ database: Database) throws(StoreError) {
        guard kind != .ofList else { return }
        let list = try SensitiveTable.read(from: database).map(\.entry)
        guard !list.isEmpty else { return }
        if kind == .keeping { try AlikeNames.keep(in: database) }
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
        guard kind == .keeping else { return (entries, nil) }
        if let first = lowered.first {
            let name = "'\(Row.shown(first, atMost: 60))'"
            let count = ImportReport.number(lowered.count)
            faults.append(
                lowered.count == 1
                    ? "location \(name) would be shown more exactly than before"
                    : "\(count) locations would be shown more exactly than before, such as \(name)")
        }
        var refusals = faults.isEmpty ? [] : [Self.refusal(faults)]
        if let alike = try refusalOfAlike(marks, in: database) { refusals.append(alike) }
        return (entries, refusals.isEmpty ? nil : refusals.joined(separator: " "))
    }

    /// Why an import is refused that brings names which are like those of the list; nil if it brings none.
    private func refusalOfAlike(_ marks: SensitiveMarks, in database: Database) throws(StoreError) -> String? {
        guard try AlikeNames.areNew(in: database) else { return nil }
        var names = try marks.alikeNames()
        var named: [String] = []
        var more = 0
        try names.find(new: true) { name in
            if named.count == Self.mostFaults {
                more += 1
            } else {
                named.append(
                    "'\(Row.shown(name.text, atMost: 60))' is like '\(Row.shown(name.listed, atMost: 60))'")
            }
            return more < Self.mostCounted
        }
        if named.isEmpty { return nil }
        let isOne = named.count == 1
        return
            "With this import, \(isOne ? "a name" : "names") that no table of species knows would stay open, although "
            + "\(isOne ? "it is like a listed one" : "they are like listed ones"): \(named.joined(separator: "; "))"
            + (more > 0 ? "; and \(ImportReport.number(more)) more" : "")
            + (more == Self.mostCounted ? " at least" : "")
            + ". Nothing was stored. If it is the same bird, correct the name in the file, or add it to the list as a line of "
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
    /// The most names that it counts without naming them.
    private static let mostCounted = 1000
}

import FileSystem

/// What a change of a database leaves of the protection by its list, for the user.
public struct SensitiveSummary: Sendable, Equatable {
    /// A new name that is like one of the list, and that it does not cover.
    public struct Alike: Sendable, Equatable {
        public var name: String
        public var listed: String
        public var records: Int
    }

    /// The number of entries.
    public var entries = 0
    /// The entries that match no record, and those whose date for review has passed, as messages name them.
    public var idle: [String] = []
    public var overdue: [String] = []
    /// The codes of the locations that are shown more exactly than before the change.
    public var lowered: [String] = []
    /// The first new names of an import that are like those of the list, and how many others there are.
    public var alike: [Alike] = []
    public var moreAlike = 0
    /// The data sets of an import whose codes, comments or names of places everybody sees who sees their records.
    public var openCodes: [String] = []
    public var openComments: [String] = []
    public var openNames: [String] = []
    /// Whether a program still reads the file that was replaced.
    public var hasReaders = false

    /// The most names in a line.
    static let mostNamed = 10

    /// Lines for the report of the change.
    /// - Parameter isTrial: Whether all this only would be.
    public func lines(isTrial: Bool = false) -> [String] {
        func names(_ all: [String]) -> String {
            let shown = all.prefix(Self.mostNamed).map { Row.shown($0, atMost: 60) }
            return shown.joined(separator: ", ") + (all.count > shown.count ? ", …" : "")
        }
        func count(_ all: [String], _ one: String, _ many: String) -> String {
            ImportReport.count(all.count, one, many)
        }
        var lines = [
            "The list of sensitive species and places \(isTrial ? "would be" : "is") in force: "
                + ImportReport.count(entries, "line", "lines")
        ]
        if !idle.isEmpty {
            lines.append(
                "Warning: \(count(idle, "line of it matches", "lines of it match")) no record, and so "
                    + "\(idle.count == 1 ? "protects" : "protect") nothing: \(names(idle))")
        }
        if !overdue.isEmpty {
            lines.append(
                "Warning: \(count(overdue, "line of it was", "lines of it were")) due for review, and "
                    + "\(overdue.count == 1 ? "stays" : "stay") in force: \(names(overdue))")
        }
        if !lowered.isEmpty {
            lines.append(
                "Warning: \(count(lowered, "location", "locations")) \(isTrial ? "would be" : lowered.count == 1 ? "is" : "are") "
                    + "shown more exactly than before: \(names(lowered))")
        }
        if let line = alikeLine { lines.append(line) }
        for (open, what) in [
            (openCodes, "codes of checklists and records"), (openComments, "comments and protocols"),
            (openNames, "names of places"),
        ] where !open.isEmpty {
            lines.append(
                "People without the right 'precise' \(isTrial ? "would see" : "see") the \(what) of \(names(open)), as set with "
                    + "'rookery datasets describe'")
        }
        if hasReaders { lines.append("Warning: " + Self.readers) }
        return lines
    }

    private var alikeLine: String? {
        if alike.isEmpty { return nil }
        let named = alike.map { name in
            "'\(Row.shown(name.name, atMost: 60))' (\(ImportReport.count(name.records, "record", "records")), like "
                + "'\(Row.shown(name.listed, atMost: 60))')"
        }
        let isOne = alike.count + moreAlike == 1
        return "Warning: \(ImportReport.count(alike.count + moreAlike, "new name", "new names")) "
            + "\(isOne ? "is like one" : "are like those") of the list and not covered: \(named.joined(separator: ", "))"
            + (moreAlike > 0 ? ", and \(ImportReport.number(moreAlike)) more" : "")
    }

    /// That some program has not let go of the old file.
    static let readers =
        "a program still reads the file as it was, and may show exact places to those who could see them before. A server "
        + "does that while somebody who may see exact places is downloading, or if it can't open the new file: see its log. "
        + "If it is another program, close it."
}

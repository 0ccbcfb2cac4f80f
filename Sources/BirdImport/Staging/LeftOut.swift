import Birds

/// Rows that a report tells of, and that are only known when all files have been read: the number of those of each
/// file, and the first of them.
struct NotedRows {
    struct Rows {
        var count = 0
        /// The line of the first, and what tells it from others.
        var line = Int.max
        var example = ""
    }

    /// By the number of the file in the import.
    private(set) var byFile: [Int: Rows] = [:]

    /// - Parameter example: What tells the row from others; asked for only if it is the first.
    mutating func add(
        _ origin: RecordDetails.Origin, _ example: () throws(StoreError) -> String
    ) throws(StoreError) {
        var rows = byFile[origin.file] ?? Rows()
        rows.count += 1
        if origin.line < rows.line { (rows.line, rows.example) = (origin.line, try example()) }
        byFile[origin.file] = rows
    }
}

/// Records that are left out for one reason.
struct LeftOut {
    static let repeatedDetection = "a detection that is already there"
    static let sharedChecklist = "already reported by another observer of the same shared checklist"

    let reason: String
    var rows = NotedRows()

    init(_ reason: String) { self.reason = reason }
}

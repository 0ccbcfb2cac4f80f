import Birds

/// Records that are left out for one reason when all files have been read: the number of those of each file, and the
/// first of them.
struct LeftOut {
    static let repeatedDetection = "a detection that is already there"
    static let sharedChecklist = "already reported by another observer of the same shared checklist"

    struct Records {
        var count = 0
        /// The line of the first, and what tells it from others.
        var line = Int.max
        var record = ""
    }

    let reason: String
    /// By the number of the file in the import.
    private(set) var byFile: [Int: Records] = [:]

    init(_ reason: String) { self.reason = reason }

    /// - Parameter record: What tells the record from others; asked for only if it is the first.
    mutating func add(
        file: Int, line: Int, _ record: () throws(StoreError) -> String
    ) throws(StoreError) {
        var records = byFile[file] ?? Records()
        records.count += 1
        if line < records.line { (records.line, records.record) = (line, try record()) }
        byFile[file] = records
    }
}

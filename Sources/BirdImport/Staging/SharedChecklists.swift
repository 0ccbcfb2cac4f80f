import Birds

/// Chooses which copy of a shared checklist is imported.
///
/// In eBird, birders who observe together share a checklist. Each of them gets a copy with a number of its own, and all
/// copies have the same group identifier. Counting every copy would count the same birds several times, so only the
/// copy with the lowest number is kept.
///
/// Copies may be anywhere in the file, so its rows are read once before they are imported. Memory: the identifiers of
/// the groups, and about 30 bytes for each.
struct SharedChecklists {
    /// The identifiers of the groups.
    private var groups = ByteTable()
    /// The lowest number among the checklists of each group, by the group's number in `groups`.
    private var least: [UInt64] = []

    /// Reads all rows of a table.
    /// - Returns: Nil for a table without a column of group identifiers.
    /// - Throws: `ImportError` if the file can't be read.
    init?(_ table: SourceTable, _ columns: Columns) throws(ImportError) {
        guard columns.has(.group) else { return nil }
        let rows = try table.open()
        var row = Row()
        while try rows.next(&row) {
            // Such a row is reported when it is imported.
            guard row.problem == nil else { continue }
            let group = columns.cell(.group, row)
            guard !group.isEmpty, let number = number(of: group, row) else { continue }
            let checklist = Self.number(columns.cell(.checklist, row), row)
            if number == least.count { least.append(checklist) } else { least[number] = min(least[number], checklist) }
        }
    }

    /// The number of a group. Nil if there are too many groups; all copies of the remaining groups are then kept.
    private mutating func number(of group: Row.Cell, _ row: Row) -> Int? {
        row.bytes.withUnsafeBytes { groups.number(of: UnsafeRawBufferPointer(rebasing: $0[group.range])) }
    }

    /// Whether a record is imported: it is on the copy that is kept, or on a checklist that nobody shares.
    func keeps(_ record: SourceRecord, _ row: Row) -> Bool {
        guard !record.group.isEmpty else { return true }
        let known = row.bytes.withUnsafeBytes {
            groups.knownNumber(of: UnsafeRawBufferPointer(rebasing: $0[record.group.range]))
        }
        guard let known else { return true }
        return Self.number(record.checklist, row) <= least[known]
    }

    /// The number in a checklist's code, such as `S12345`; `UInt64.max` if there is no such number. If that is true of
    /// all copies of a group, all are kept.
    private static func number(_ checklist: Row.Cell, _ row: Row) -> UInt64 {
        let digits = row.bytes[checklist.range].drop { $0 &- 0x30 >= 10 }
        guard !digits.isEmpty, digits.count <= 18, digits.allSatisfy({ $0 &- 0x30 < 10 }) else { return .max }
        return digits.reduce(0) { $0 * 10 + UInt64($1 &- 0x30) }
    }
}

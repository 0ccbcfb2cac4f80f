import Birds

/// Checklists that several observers share, each with its own copy: of each group one copy is kept, that of the least number.
struct SharedChecklists {
    private var groups = ByteTable()
    /// The least number of each group's checklists.
    private var least: [UInt64] = []

    /// Reads all rows of a table once; nil for one of a format without groups.
    init?(_ table: SourceTable, _ columns: Columns) throws(ImportError) {
        guard columns.has(.group) else { return nil }
        let rows = try table.open()
        var row = Row()
        while try rows.next(&row) {
            guard row.problem == nil else { continue }
            let group = columns.cell(.group, row)
            guard !group.isEmpty, let number = number(of: group, row) else { continue }
            let checklist = Self.number(columns.cell(.checklist, row), row)
            if number == least.count { least.append(checklist) } else { least[number] = min(least[number], checklist) }
        }
    }

    private mutating func number(of group: Row.Cell, _ row: Row) -> Int? {
        row.bytes.withUnsafeBytes { groups.number(of: UnsafeRawBufferPointer(rebasing: $0[group.range])) }
    }

    /// Whether a record is on the copy that is kept, or on a checklist of one observer.
    func keeps(_ record: SourceRecord, _ row: Row) -> Bool {
        guard !record.group.isEmpty else { return true }
        let known = row.bytes.withUnsafeBytes {
            groups.knownNumber(of: UnsafeRawBufferPointer(rebasing: $0[record.group.range]))
        }
        guard let known else { return true }
        return Self.number(record.checklist, row) <= least[known]
    }

    /// The number in `S12345`; the greatest where there is none, so that nothing is lost.
    private static func number(_ checklist: Row.Cell, _ row: Row) -> UInt64 {
        let digits = row.bytes[checklist.range].drop { $0 &- 0x30 >= 10 }
        guard !digits.isEmpty, digits.count <= 18, digits.allSatisfy({ $0 &- 0x30 < 10 }) else { return .max }
        return digits.reduce(0) { $0 * 10 + UInt64($1 &- 0x30) }
    }
}

import Birds

/// Whether a record passed its review, and whether the species was there at all.
extension RecordDecoder {
    /// Whether the record passed its review, and the count if other columns tell it. `occurrenceStatus` takes
    /// precedence over a count, and `individualCount` over `organismQuantity`.
    func decodeStatus(_ row: Row, into record: inout SourceRecord) throws(RowError) {
        record[.valid] = try columns.flag(.valid, row)
        record[.reviewed] = try columns.flag(.reviewed, row)
        if try columns.flag(.unlikely, row) == 1 { record[.valid] = 0 }
        if record.count == nil, !columns.cell(.quantity, row).isEmpty,
            row.text(columns.cell(.quantityType, row)).lowercased() == "individuals"
        {
            record.count = try count(row, .quantity)
        }
        if columns.has(.status), row.text(columns.cell(.status, row)).lowercased() == "absent" { record.count = 0 }
    }
}

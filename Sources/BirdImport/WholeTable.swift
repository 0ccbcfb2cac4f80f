import Birds

/// What all rows of a table decide before a row of it can be read: the order of day and month, what points in numbers
/// mean, and what the file of `--rejects` must tell of rows that are corrected there.
extension Reading {
    /// Reads a table from its beginning up to a row.
    /// - Parameter number: The number of the row, from 1.
    func open(_ table: SourceTable, at number: Int, _ row: inout Row) throws(ImportError) -> any RowSource {
        let source = try table.open()
        for _ in 0..<number where try !source.next(&row) { break }
        return source
    }

    /// Decides by a whole file what a row may depend on that is corrected without it, in one reading.
    /// - Parameters:
    ///   - number: The number of the row, from 1.
    ///   - source: The reader of the rows after it. It is replaced if the file is read.
    ///   - others: As in `judge`.
    mutating func settle(
        _ records: inout RecordDecoder, _ table: SourceTable, at number: Int, _ source: inout any RowSource,
        before others: ArraySlice<SourceTable>, file: Int
    ) throws(ImportError) -> ReadAs {
        var readAs = ReadAs(table.format, table.syntax ?? .comma, table.commas)
        let needsOrder = records.dates.order == nil && records.columns.has(.date)
        let needsPoints = table.commas != .none && !table.format.holdsSpecies
        if needsOrder || needsPoints {
            var (dates, points, row) = (DateOrderJudge(), table.readAs?.points ?? PointJudge(), Row())
            source = try table.open()
            while try source.next(&row) {
                if needsOrder { records.dates.add(row, to: &dates) }
                if needsPoints { points.add(records.columns, row) }
            }
            if needsPoints { readAs.points = points }
            if needsOrder { try add(others, to: &dates) }
            if !dates.isEmpty { records.dates.order = try judge(dates, table, file: file).order }
            source = try open(table, at: number, &row)
        }
        if records.columns.has(.date) { readAs.dateOrder = records.dates.order ?? table.dateOrder }
        if table.format.rules.contains(.originIsNoLocation) { readAs.place = defaults.place ?? table.readAs?.place }
        readAs.includesInvalid = options.includeInvalid || table.readAs?.includesInvalid ?? false
        return readAs
    }

    /// Decides the order of day and month by the rest of a file. The rows before it have no date that tells.
    /// - Parameters:
    ///   - row: The first row whose date depends on the order.
    ///   - source: The reader of the rows after it, which it reads to their end.
    ///   - others: The tables after it. The events without occurrences are in the same column as those with some.
    mutating func judge(
        _ records: RecordDecoder, _ table: SourceTable, from row: Row, _ source: any RowSource,
        before others: ArraySlice<SourceTable>, file: Int
    ) throws(ImportError) -> JudgedDateOrder {
        var (dates, row) = (DateOrderJudge(), row)
        repeat {
            records.dates.add(row, to: &dates)
        } while try source.next(&row)
        try add(others, to: &dates)
        return try judge(dates, table, file: file)
    }

    private mutating func judge(
        _ dates: DateOrderJudge, _ table: SourceTable, file: Int
    ) throws(ImportError) -> JudgedDateOrder {
        let judged = try dates.order(table.format, described: table.dateOrder, path: report.files[file].path)
        report.files[file].dateOrder = judged
        return judged
    }

    private func add(_ others: ArraySlice<SourceTable>, to dates: inout DateOrderJudge) throws(ImportError) {
        var row = Row()
        for other in others where !other.format.holdsSpecies {
            let decoder = DateDecoder(Columns(other.format, other.header), lastYear: Int64(lastYear))
            let rows = try other.open()
            while try rows.next(&row) {
                decoder.add(row, to: &dates)
            }
        }
    }

    /// Decides by all rows of a table what points in its numbers mean.
    mutating func judgePoints(
        _ columns: Columns, _ table: SourceTable, file: Int
    ) throws(ImportError) -> [PointRule] {
        var (judge, row) = (table.readAs?.points ?? PointJudge(), Row())
        let rows = try table.open()
        while try rows.next(&row) { judge.add(columns, row) }
        // A file may have several tables.
        if judge.rules.contains(.group) { report.files[file].hasThousands = true }
        return judge.rules
    }
}

import Birds
import FileSystem

/// What all rows of a table decide before a row of it can be read: the order of day and month, what points in numbers
/// mean, and what the file of `--rejects` must tell of rows that are corrected there.
extension Reading {
    /// Reads a table from its beginning up to a row.
    /// - Parameter number: The number of the row, from 1.
    func open(_ table: SourceTable, at number: Int, _ row: inout Row) throws(ChangeError) -> any RowSource {
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
    ) throws(ChangeError) -> ReadAs {
        var readAs = ReadAs(table.format, table.syntax ?? .comma, table.commas)
        let needsOrder = records.dates.order == nil && records.columns.has(.date)
        let needsPoints = !table.format.holdsSpecies
        if needsOrder || needsPoints {
            var (dates, points, row) = (DateOrderJudge(), table.readAs?.points ?? PointJudge(), Row())
            source = try table.open()
            while try source.next(&row) {
                if needsOrder { records.dates.add(row, to: &dates) }
                if needsPoints { points.add(records.columns, row) }
            }
            if needsPoints, table.commas != .none || points.mayHaveGroups { readAs.points = points }
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
    ) throws(ChangeError) -> JudgedDateOrder {
        var (dates, row) = (DateOrderJudge(), row)
        repeat {
            records.dates.add(row, to: &dates)
        } while try source.next(&row)
        try add(others, to: &dates)
        return try judge(dates, table, file: file)
    }

    private mutating func judge(
        _ dates: DateOrderJudge, _ table: SourceTable, file: Int
    ) throws(ChangeError) -> JudgedDateOrder {
        let judged: JudgedDateOrder
        do throws(ChangeError) {
            judged = try dates.order(table.format, described: table.dateOrder, path: report.files[file].path)
        } catch {
            guard let other = orderBeside(table, file: file) else { throw error }
            judged = other
        }
        report.files[file].dateOrder = judged
        return judged
    }

    /// The order of day and month in the other part of a download of the eBird Basic Dataset, which has records and
    /// sampling events: who saves one with a spreadsheet saves both so. Nil if the import has no other part, or that
    /// leaves the order open too.
    ///
    /// The other part is opened again for this, as hardly any file needs it, but only once for a data set.
    private mutating func orderBeside(_ table: SourceTable, file: Int) -> JudgedDateOrder? {
        let pair = [Format.eBird.name, Format.eBirdSampling.name]
        guard pair.contains(table.format.name), let dataset = report.files[file].dataset,
            let other = pair.first(where: { $0 != table.format.name })
        else { return nil }
        if let known = ordersBeside[[dataset, other]] { return known }
        let order = order(ofFiles: other, in: dataset)
        ordersBeside[[dataset, other]] = .some(order)
        return order
    }

    /// The order of day and month in the first file of a format and a data set that tells it.
    private func order(ofFiles format: String, in dataset: String) -> JudgedDateOrder? {
        for path in options.files where (try? nameOfDataSet(for: path, format: format)) == dataset {
            guard let file = try? SourceFile(path: path),
                let contents = try? Detection.open(file, as: options.format, folder: staging.folder)
            else { continue }
            for content in contents where content.name == format {
                var dates = DateOrderJudge()
                guard let part = content.tables.first, (try? add(part, to: &dates)) != nil, !dates.isEmpty,
                    let order = try? dates.order(part.format, path: path).order
                else { continue }
                return JudgedDateOrder(order: order, reason: .beside(contents.count > 1 ? content.path : path))
            }
        }
        return nil
    }

    /// Adds the dates of a table.
    private func add(_ table: SourceTable, to judge: inout DateOrderJudge) throws(ChangeError) {
        let dates = DateDecoder(Columns(table), lastYear: Int64(lastYear))
        let rows = try table.open()
        var row = Row()
        while try rows.next(&row) { dates.add(row, to: &judge) }
    }

    private func add(_ others: ArraySlice<SourceTable>, to judge: inout DateOrderJudge) throws(ChangeError) {
        for other in others where !other.format.holdsSpecies { try add(other, to: &judge) }
    }

    /// Decides by all rows of a table what points in its numbers mean.
    mutating func judgePoints(
        _ columns: Columns, _ table: SourceTable, file: Int
    ) throws(ChangeError) -> [PointRule] {
        var (judge, row) = (table.readAs?.points ?? PointJudge(), Row())
        let rows = try table.open()
        while try rows.next(&row) { judge.add(columns, row) }
        // A file may have several tables.
        if judge.rules.contains(.group) { report.files[file].hasThousands = true }
        return judge.rules
    }
}

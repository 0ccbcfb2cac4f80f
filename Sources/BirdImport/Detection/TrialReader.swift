import Birds

/// Tells whether rows can be read as records or species of a format, in either order of day and month.
struct TrialReader {
    private let format: Format
    private let columns: Columns
    private let records: RecordDecoder
    private let read: Set<Int>
    private let width: Int

    init(_ format: Format, _ header: Header, commas: CommaRule) {
        self.format = format
        columns = Columns(format, header, commas: commas)
        records = RecordDecoder(format, columns, lastYear: 9999)
        read = columns.readPositions
        width = header.names.count
    }

    func canRead(_ row: Row) -> Bool { date(row) != nil }

    /// The date of a row; nil if the row can't be read. It is unknown if the row is about another animal, of which
    /// nothing else is read.
    func date(_ row: Row) -> Int64? {
        var row = row
        if format.holdsSpecies {
            var decoder = SpeciesDecoder(format, columns)
            return (try? decoder.decode(&row)) == nil ? nil : StoredDate.unknown
        }
        var record = SourceRecord()
        let orders = records.dates.needsOrder(row) ? DateOrder.allCases : [.monthFirst]
        for order in orders {
            var decoder = records
            decoder.dates.order = order
            guard (try? decoder.decode(&row, into: &record)) != nil else { continue }
            return record.otherAnimal != nil ? StoredDate.unknown : record.date
        }
        return nil
    }

    /// The shape of the rows. Those with a day are certain; words and years may be anything.
    var shape: RowShape {
        // What results of recordings mean depends on other rows and options.
        if format.rules.contains(.recordings) { return RowShape(width: width) }
        return RowShape(width: width) { row in
            // Most lines of texts are told by this, which takes far less time than reading them.
            let dates = [Format.Member.date, .year].map { columns.cell($0, row) }.filter { !$0.isEmpty }
            if dates.isEmpty, row.cells.count < width { return false }
            for cell in dates where !row.bytes[cell.range].contains(where: { $0 &- 0x30 < 10 }) { return false }
            guard let date = date(row) else { return false }
            return date != StoredDate.unknown && date % 100 != 0 ? true : nil
        }
    }

    /// Whether a row can be read with two cells after the first one as one that has a comma.
    ///
    /// Between two columns that are read, it is all the same which cells are one. So the time depends on the columns of
    /// the format, and not on those of the file.
    func canReadWithComma(_ row: Row) -> Bool {
        var isTried = false
        for index in row.cells.indices.dropFirst().dropLast() {
            let isRead = read.contains(index)
            if isTried, !isRead { continue }
            isTried = false
            guard !row.isQuoted(row.cells[index]), !row.isQuoted(row.cells[index + 1]) else { continue }
            isTried = !isRead
            var merged = row
            merged.cells[index].end = row.cells[index + 1].end
            merged.cells.remove(at: index + 1)
            let isMeant = !format.holdsSpecies || !columns.has(.scientificName) || hasName(merged)
            if isMeant, canRead(merged) { return true }
        }
        return false
    }

    /// Whether the scientific name of a row begins as such names do: a word with a capital, a space, and a word without
    /// one.
    func hasName(_ row: Row) -> Bool {
        let words = row.bytes[columns.cell(.scientificName, row).range].split(separator: 0x20, maxSplits: 2)
        guard words.count > 1, let first = words[0].first, let second = words[1].first else { return false }
        return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first)
            && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(second)
    }
}

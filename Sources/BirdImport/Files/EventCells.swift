/// What is asked about dates. Rows of archives are put together before it is known in which order their dates have day
/// and month, so it is answered for either order.
struct DateChecks: Sendable {
    typealias Text = ArraySlice<UInt8>

    /// Whether a date may have a year, month and day, of which any may be empty.
    let mayHave: @Sendable (_ date: Text, _ parts: [Text]) -> Bool
    /// Whether a date includes another one: all days that this may mean, and its time.
    let includes: @Sendable (_ date: Text, _ other: Text) -> Bool
    let isDay: @Sendable (_ date: Text) -> Bool
    /// Whether a date has a time of day after it.
    let hasTime: @Sendable (_ date: Text) -> Bool
}

/// Cells of an event or an occurrence that belong together, so that no date or place is composed of two, and no date
/// gets the time of another day.
struct EventCells {
    private enum Kind { case date, place, country }

    private let kind: Kind
    private let dates: DateChecks
    /// The positions of the cells of which any gives the row a date, or a place; -1 for those that it does not have.
    private let deciding: [Int]
    /// The positions of the cells that only a row with the same date or place takes.
    let own: [Int]
    /// The positions of all cells.
    private let cells: [Int]

    /// Whether it is reported if a row lacks them since the line of its parents is broken.
    var isReported: Bool { kind != .country }

    /// - Parameters:
    ///   - others: The cells that say how exact it is.
    ///   - warnings: The cells that say what was made less exact. They also hold for a place within it.
    ///   - header: The names of the cells of a row, in lower case.
    private init(
        _ kind: Kind, _ deciding: [String], _ others: [String] = [], _ warnings: [String] = [], in header: [String],
        dates: DateChecks
    ) {
        (self.kind, self.dates) = (kind, dates)
        let position = { (name: String) in header.firstIndex(of: name) ?? -1 }
        self.deciding = deciding.map(position)
        own = (deciding + others).map(position)
        cells = own + warnings.map(position)
    }

    /// All groups of the cells of a row.
    static func all(_ header: [String], _ dates: DateChecks) -> [EventCells] {
        [
            EventCells(.date, ["eventdate", "year", "month", "day"], ["eventtime"], in: header, dates: dates),
            EventCells(
                .place, ["locality", "locationid", "decimallatitude", "decimallongitude"],
                ["coordinateuncertaintyinmeters"], ["datageneralizations", "informationwithheld"], in: header,
                dates: dates),
            EventCells(.country, ["countrycode"], in: header, dates: dates),
        ]
    }

    private func text(_ row: Row, _ position: Int) -> ArraySlice<UInt8> { row.bytes[row.trimmed(position).range] }

    private func texts(_ row: Row) -> [ArraySlice<UInt8>] { deciding.map { text(row, $0) } }

    /// Whether a row has neither the date nor the place.
    func isEmpty(in row: Row) -> Bool { deciding.allSatisfy { row.trimmed($0).isEmpty } }

    /// Whether a row needs no more of it: a year may have a day, and a locality coordinates.
    func isWhole(in row: Row) -> Bool {
        let texts = texts(row)
        return switch kind {
        case .date: texts[0].isEmpty ? texts[1...].allSatisfy { !$0.isEmpty } : dates.isDay(texts[0])
        case .place: texts[1...].contains { !$0.isEmpty }
        case .country: !texts[0].isEmpty
        }
    }

    /// Gives a row what it lacks of the date or place of another row, unless it has another one. Of two dates that
    /// agree, the more exact one holds. The time of a date is only taken with that date.
    /// - Parameters:
    ///   - group: The same cells of the other row.
    ///   - isParent: Whether the other row is a parent. A place with a name is only a part of its place, so it does not
    ///     take its code. Such a name is no other place.
    /// - Returns: Whether it has no other one.
    func fill(_ row: inout Row, from other: Row, _ group: EventCells, isParent: Bool) -> Bool {
        // The index of the cell that is not taken.
        var left: Int?
        // Most occurrences have none of their own. A slice of the row that is held would make a copy of it when it is
        // filled.
        if !isEmpty(in: row) {
            let (own, its) = (texts(row), group.texts(other))
            if differs(own, its, isParent: isParent) { return false }
            if kind == .date, !takesTime(own, its, ofDay: group.isWhole(in: other)) { left = deciding.count }
            if kind == .place, isParent, !own[0].isEmpty { left = 1 }
            if kind == .date, !own[0].isEmpty, !own[0].elementsEqual(its[0]), dates.includes(own[0], its[0]) {
                row.fill(deciding[0], its[0])
            }
        }
        for (index, (position, source)) in zip(cells, group.cells).enumerated()
        where index != left && row.trimmed(position).isEmpty {
            let cell = other.trimmed(source)
            if !cell.isEmpty { row.fill(position, other.bytes[cell.range]) }
        }
        return true
    }

    /// Whether a row that was filled from another one has its date or place.
    /// - Parameter group: The same cells of the other row.
    func isSame(_ row: Row, as other: Row, _ group: EventCells) -> Bool {
        // A place with a code is known by that, whatever its name.
        let hasCode = kind == .place && !text(row, deciding[1]).isEmpty
        let isEqual = deciding.indices.dropFirst(hasCode ? 1 : 0).allSatisfy {
            text(row, deciding[$0]).elementsEqual(group.text(other, group.deciding[$0]))
        }
        return isEqual || kind == .date && isWhole(in: row) && group.isWhole(in: other)
    }

    /// Whether a date that agrees with another one may have its time: it has none, and can't be another day than that
    /// on which the other one begins.
    /// - Parameter isDay: Whether the other one is a day, on which then both are.
    private func takesTime(_ own: [ArraySlice<UInt8>], _ its: [ArraySlice<UInt8>], ofDay isDay: Bool) -> Bool {
        guard !dates.hasTime(own[0]) else { return false }
        return isDay || zip(own, its).allSatisfy { $0.isEmpty || $0.elementsEqual($1) }
    }

    /// Whether cells say another date or place than those of another row. A part of the date, or a name for a place
    /// that has none, is no other one.
    private func differs(_ own: [ArraySlice<UInt8>], _ its: [ArraySlice<UInt8>], isParent: Bool) -> Bool {
        guard kind == .date else {
            // A plot is in the place of its survey.
            if kind == .place, isParent, !own[0].isEmpty, own[2].isEmpty, own[3].isEmpty { return false }
            return own.indices.contains { index in
                let isName = kind == .place && index == 0 && its[index].isEmpty
                return !own[index].isEmpty && !isName && !own[index].elementsEqual(its[index])
            }
        }
        let (date, itsDate, parts, itsParts) = (own[0], its[0], Array(own[1...]), Array(its[1...]))
        if !date.isEmpty, !date.elementsEqual(itsDate) {
            let agrees =
                itsDate.isEmpty || dates.includes(date, itsDate) || dates.includes(itsDate, date)
            if !agrees || !dates.mayHave(date, itsParts) { return true }
        }
        return zip(parts, itsParts).contains { part, itsPart in
            if part.isEmpty || part.drop(while: isZero).elementsEqual(itsPart.drop(while: isZero)) { return false }
            return !itsPart.isEmpty || !itsDate.isEmpty && !dates.mayHave(itsDate, parts)
        }
    }

    private func isZero(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "0") }
}

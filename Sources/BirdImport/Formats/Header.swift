import Birds

/// The names of the columns of a file, and the positions of a format's columns among them. Names are compared without
/// case.
struct Header {
    /// The names as the file spells them, without spaces at their ends.
    let names: [String]
    private let lowercased: [String]

    init(_ row: Row) { self.init(row.cells.indices.map { Self.name(row, $0) }) }

    /// The text of a cell without the control characters and marks that a name does not have.
    private static func name(_ row: Row, _ index: Int) -> String {
        var name = row.text(row.trimmed(index))
        name.unicodeScalars.removeAll { $0 == "\u{FEFF}" || $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F }
        return name
    }

    init(_ names: [String]) {
        self.names = names
        lowercased = names.map { $0.lowercased() }
    }

    /// The names of the required columns of a format that the file does not have.
    func missing(_ format: Format) -> [String] {
        var missing = format.columns.filter { column in
            column.isRequired && position(column) == nil
                && !format.columns.contains { $0.member == column.alternative && position($0) != nil }
        }.map(\.name)
        let dates = format.columns.filter { $0.member == .date || $0.member == .year }
        // Both the date and the year may be optional, but a record needs one of them.
        if let date = dates.first, dates.allSatisfy({ !$0.isRequired && position($0) == nil }) {
            missing.append(date.name)
        }
        return missing
    }

    /// The name of a column that the file has and no file of the format does: then it is one of another format.
    func foreign(_ format: Format) -> String? { format.foreignColumns.first { lowercased.contains($0) } }

    /// Whether a file can have the format.
    func fits(_ format: Format) -> Bool { missing(format).isEmpty && foreign(format) == nil }

    /// The name of a column that the format reads and the file has twice, so that it is not clear which one to read.
    func repeated(_ format: Format) -> String? {
        format.columns.compactMap(name).first { name in lowercased.count { $0 == name } > 1 }
    }

    /// The position of a column, from 0; nil if the file does not have it.
    func position(_ column: Format.Column) -> Int? { name(column).flatMap { lowercased.firstIndex(of: $0) } }

    /// The first of a column's names that the file has.
    private func name(_ column: Format.Column) -> String? {
        ([column.name] + column.otherNames).first { lowercased.contains($0) }
    }

    /// Why a row after the header has nothing to import: it is empty, or the header once more; nil for all others.
    func reasonToPass(_ row: Row) -> String? {
        guard row.problem == nil else { return nil }
        if row.cells.indices.allSatisfy({ row.trimmed($0).isEmpty }) { return "an empty row" }
        guard row.cells.count == names.count else { return nil }
        for index in row.cells.indices {
            guard Self.name(row, index).lowercased() == lowercased[index] else { return nil }
        }
        return "a repeated header"
    }

    /// Whether the names are words and not bytes that were taken for text.
    func isReadable(_ encoding: TextEncoding) -> Bool {
        let shown = names.prefix(6).joined().unicodeScalars.prefix(200)
        guard encoding.kind == .windows1252 else {
            return shown.count { $0.isASCII ? 0x20..<0x7F ~= $0.value : $0.properties.isAlphabetic } * 5 >= shown.count
                * 4
        }
        // Every byte has a character.
        let isPlain = !shown.contains { $0.properties.generalCategory == .control }
        return isPlain
            && shown.count { $0.isASCII && ($0.properties.isAlphabetic || $0 == " " || $0 == "_") } * 4 >= shown.count
                * 3
    }

    /// Whether the names are rather values of a record: one third of several are numbers.
    var holdsValues: Bool {
        let numbers = names.count { Double($0) != nil }
        return names.count > 2 && numbers * 3 >= names.count
    }

    /// The first few names, for a message.
    var summary: String {
        let shown = names.prefix(6).map { Row.shown($0, atMost: 30) }.joined(separator: ", ")
        return names.count > 6 ? "\(shown), …" : shown
    }
}

import Birds

/// The names of the columns of a file, and the positions of a format's columns among them. Names are compared without
/// case, and names of several words also as programs write them that have none with spaces: `LOCALITY.ID` (R) and
/// `locality_id` are `LOCALITY ID`.
struct Header {
    /// The names as the file spells them, without spaces at their ends.
    let names: [String]
    private let lowercased: [String]
    // A file may have many headers that are possible, of many columns, and formats have hundreds of names.
    private let positionsByName: [String: [Int]]
    /// The same, with spaces in place of the points and underscores of names that have no space.
    private let positionsBySpacedName: [String: [Int]]

    init(_ row: Row) { self.init(row.cells.indices.map { Self.name(row, $0) }) }

    /// The text of a cell without the control characters and odd spaces that a name does not have.
    private static func name(_ row: Row, _ index: Int) -> String {
        let name = OddSpace.replaced(in: row.bytes[row.trimmed(index).range])
            .filter { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A }
        return String(decoding: name, as: UTF8.self)
    }

    init(_ names: [String]) {
        self.names = names
        let lowercased = names.map { $0.lowercased() }
        self.lowercased = lowercased
        positionsByName = Dictionary(grouping: names.indices) { lowercased[$0] }
        positionsBySpacedName = Dictionary(grouping: names.indices) { Self.spaced(lowercased[$0]) }
    }

    /// A name with spaces in place of its points and underscores, unless it has a space.
    static func spaced(_ name: String) -> String {
        if hasSpace(name) { return name }
        let (point, underscore) = (UInt8(ascii: "."), UInt8(ascii: "_"))
        return String(decoding: name.utf8.map { $0 == point || $0 == underscore ? 0x20 : $0 }, as: UTF8.self)
    }

    private static func hasSpace(_ name: String) -> Bool { name.utf8.contains(0x20) }

    /// The positions of a name of a format, in lower case.
    private func positions(_ name: String) -> [Int] {
        positionsByName[name] ?? (Self.hasSpace(name) ? positionsBySpacedName[name] : nil) ?? []
    }

    /// The names of the required columns of a format that the file does not have.
    func missing(_ format: Format) -> [String] {
        format.columns.filter { isMissing($0, format) }.map(\.name) + (missingDate(format).map { [$0] } ?? [])
    }

    /// The name of the column for dates, if both it and the year may be missing and the file has neither: a record
    /// needs one of them.
    private func missingDate(_ format: Format) -> String? {
        let dates = format.columns.filter { $0.member == .date || $0.member == .year }
        return dates.allSatisfy { !$0.isRequired && name($0) == nil } ? dates.first?.name : nil
    }

    /// Whether the file lacks a required column, and the one that would make it unnecessary.
    private func isMissing(_ column: Format.Column, _ format: Format) -> Bool {
        guard column.isRequired, name(column) == nil else { return false }
        guard let alternative = column.alternative else { return true }
        return !format.columns.contains { $0.member == alternative && name($0) != nil }
    }

    /// The name of a column that the file has and no file of the format does: then it is one of another format.
    func foreign(_ format: Format) -> String? { format.foreignColumns.first { !positions($0).isEmpty } }

    /// Whether a file can have the format.
    func fits(_ format: Format) -> Bool {
        !format.columns.contains { isMissing($0, format) } && missingDate(format) == nil && foreign(format) == nil
    }

    /// The name of a column that the format reads and the file has twice, so that it is not clear which one to read.
    func repeated(_ format: Format) -> String? {
        format.columns.compactMap(name).first { positions($0).count > 1 }
    }

    /// The position of a column, from 0; nil if the file does not have it.
    func position(_ column: Format.Column) -> Int? { name(column).flatMap { positions($0).first } }

    /// The first of a column's names that the file has.
    private func name(_ column: Format.Column) -> String? {
        positions(column.name).isEmpty ? column.otherNames.first { !positions($0).isEmpty } : column.name
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

import Birds

/// Reads cells of a row by their members in a format, and checks them.
///
/// Cells are read as bytes, and hardly any becomes a string: this is the innermost loop of an import. It is a class
/// since each copy of a struct would retain all its arrays.
final class Columns: Sendable {
    // By the raw values of members. A member without a column has the position -1.
    private let positions: [Int]
    private let nullWords: [[[UInt8]]]
    /// Whether `NA` is a value.
    private let mayBeNA: [Bool]
    private let names: [String]
    private let required: [Bool]
    /// The number of columns in the header, which no row may exceed.
    private let width: Int
    let otherNames: OtherNames
    let commas: CommaRule
    /// What points in numbers mean, by the raw values of members; empty if all are before decimals.
    let points: [PointRule]

    /// - Parameters:
    ///   - format: The format of the file.
    ///   - header: The header of the file. Columns that it does not have give empty cells.
    ///   - commas: What a comma in a number means.
    init(_ format: Format, _ header: Header, commas: CommaRule = .none) {
        var positions = Array(repeating: -1, count: Format.Member.allCases.count)
        var nullWords: [[[UInt8]]] = Array(repeating: [], count: positions.count)
        var mayBeNA = Array(repeating: false, count: positions.count)
        var names = Array(repeating: "", count: positions.count)
        var required = Array(repeating: false, count: positions.count)
        // A state without a code is written as `NA` where the country has a column of its own.
        let hasCountry = format.columns.contains { $0.member == .country && header.position($0) != nil }
        for column in format.columns {
            guard let position = header.position(column) else { continue }
            positions[column.member.rawValue] = position
            nullWords[column.member.rawValue] = column.nullWords
            mayBeNA[column.member.rawValue] =
                switch column.member {
                // Namibia. Within Italy or Spain it is Naples or Navarra.
                case .country: true
                case .region: !hasCountry || format.rules.contains(.regionWithinCountry)
                // Codes in place of names.
                case .location: !format.rules.contains(.locationsWithoutCode)
                case .species: column.isRequired
                default: false
                }
            names[column.member.rawValue] = header.names[position]
            required[column.member.rawValue] = column.isRequired
        }
        (self.positions, self.nullWords, self.mayBeNA) = (positions, nullWords, mayBeNA)
        (self.names, self.required, self.commas) = (names, required, commas)
        (width, points, otherNames) = (header.names.count, [], OtherNames(format, header))
    }

    /// The columns of a table.
    convenience init(_ table: SourceTable) { self.init(table.format, table.header, commas: table.commas) }

    /// Other columns, in whose numbers points mean something else.
    init(_ other: Columns, points: [PointRule]) {
        (positions, nullWords, mayBeNA) = (other.positions, other.nullWords, other.mayBeNA)
        (names, required, commas) = (other.names, other.required, other.commas)
        (width, self.points, otherNames) = (other.width, points, other.otherNames)
    }

    /// The name of the column of a member, as the file spells it; empty if there is none.
    func name(_ member: Format.Member) -> String { names[member.rawValue] }

    /// The positions of the columns that are read.
    var readPositions: Set<Int> { Set(positions.filter { $0 >= 0 }) }

    /// Whether the file has a column for a member.
    @inline(__always)
    func has(_ member: Format.Member) -> Bool { positions[member.rawValue] >= 0 }

    /// Whether each file of the format has the column of a member.
    func isRequired(_ member: Format.Member) -> Bool { required[member.rawValue] }

    // A text that is longer than these limits never costs the record. What happens depends on what it is for:
    // - A text that is only shown is cut (`label`, `remark`): the name of a location, a protocol, a remark.
    // - A text that identifies something is shortened (`identifier`): the code of a location, a checklist or a record.
    //   If it were cut, two things could become one, and a record would be taken for a repetition of another.
    //   So are names and codes of species: a shorter name is another species. No species has such a name, so it stays
    //   unknown.
    // In a table of species, a name or code that is too long (`text`) is an error of its row, which is no record.

    /// The longest code or name, in bytes.
    static let longestText = 500
    /// The longest remark, in bytes.
    static let longestRemark = 10_000

    /// The cell of a member; empty if it is missing, `NA` or a null word.
    @inline(__always)
    func cell(_ member: Format.Member, _ row: Row) -> Row.Cell {
        let cell = row.trimmed(positions[member.rawValue])
        return isNotAvailable(member, row, cell)
            || !nullWords[member.rawValue].isEmpty && isNullWord(member, row, cell) ? .empty : cell
    }

    /// Whether a cell has what R writes for a missing value, and it is none here.
    @inline(__always)
    private func isNotAvailable(_ member: Format.Member, _ row: Row, _ cell: Row.Cell) -> Bool {
        cell.end - cell.start == 2 && row.bytes[Int(cell.start)] == UInt8(ascii: "N")
            && row.bytes[Int(cell.start) + 1] == UInt8(ascii: "A")
            && (!mayBeNA[member.rawValue] || isWithoutItsQuotes(member, row))
    }

    /// Whether a cell has no quotes in a row of a program that quotes each text, as R does, so that it is no text.
    @inline(never)
    private func isWithoutItsQuotes(_ member: Format.Member, _ row: Row) -> Bool {
        guard row.isQuoted(positions[member.rawValue]) == false else { return false }
        // A program that quotes only what needs it leaves plain words alone.
        return row.cells.indices.contains { index in
            row.isQuoted(index) == true
                && row.bytes[row.cells[index].range].allSatisfy { $0 > 0x20 && !",;|".utf8.contains($0) }
        }
    }

    /// The cell of a date or time; empty if it is missing.
    @inline(__always)
    func moment(_ member: Format.Member, _ row: Row) -> Row.Cell {
        let cell = cell(member, row)
        return cell.end - cell.start <= 4 && !cell.isEmpty && Self.isMissing(row.bytes[cell.range]) ? .empty : cell
    }

    private func isNullWord(_ member: Format.Member, _ row: Row, _ cell: Row.Cell) -> Bool {
        nullWords[member.rawValue].contains { $0.elementsEqual(row.bytes[cell.range]) }
    }

    /// A code or a name that must be whole.
    /// - Throws: `RowError` if it is too long or contains characters that `clean` takes out. So no text contains a 0,
    ///   on which the keys of `Taxon`, `LocationKey` and `RecordDetails` rely.
    @inline(__always)
    func text(_ member: Format.Member, _ row: Row) throws(RowError) -> Row.Cell {
        let cell = cell(member, row)
        guard cell.range.count <= Self.longestText else {
            throw error(member, "is longer than \(Self.longestText) bytes")
        }
        try checkCharacters(member, row, cell)
        return cell
    }

    /// - Parameter isComposed: Whether odd spaces may stay, since they may come from the name of a file.
    @inline(__always)
    private func checkCharacters(
        _ member: Format.Member, _ row: Row, _ cell: Row.Cell, isComposed: Bool = false
    ) throws(RowError) {
        var bits: UInt8 = 0
        for byte in row.bytes[cell.range] {
            if byte < 0x20 || byte == 0x7F { throw error(member, "contains a control character") }
            bits |= byte
        }
        if bits > 0x7F, !isComposed, OddSpace.isIn(row.bytes[cell.range]) {
            throw error(member, "contains a no-break space")
        }
    }

    /// Takes control characters and odd spaces, which some programs leave in files, out of the cells that the format
    /// reads: white space becomes a space, and the others vanish. Remarks keep their line ends, tabs and odd spaces.
    /// - Returns: The number of cells that had any.
    func clean(_ row: inout Row) -> Int {
        var count = 0
        for member in Format.Member.allCases {
            let position = positions[member.rawValue]
            guard row.cells.indices.contains(position) else { continue }
            let isRemark = member == .comments || member == .checklistComments
            let isSpace = { (byte: UInt8) in (0x09...0x0D).contains(byte) }
            let isControl = { (byte: UInt8) in (byte < 0x20 || byte == 0x7F) && !(isRemark && isSpace(byte)) }
            let text = row.bytes[row.cells[position].range]
            let hasOddSpace = !isRemark && OddSpace.isIn(text)
            guard hasOddSpace || text.contains(where: isControl) else { continue }
            count += 1
            var clean: [UInt8] = []
            for byte in hasOddSpace ? OddSpace.replaced(in: text)[...] : text {
                if !isControl(byte) {
                    clean.append(byte)
                } else if isSpace(byte), clean.last != 0x20 {
                    clean.append(0x20)
                }
            }
            row.fill(position, clean)
        }
        return count
    }

    /// A text that is only shown. It is cut if it is too long.
    /// - Parameter cuts: Is increased if the text was cut.
    /// - Throws: `RowError` if it contains control characters.
    @inline(__always)
    func label(_ member: Format.Member, _ row: Row, _ cuts: inout Int) throws(RowError) -> Row.Cell {
        let cell = cut(cell(member, row), row, Self.longestText, &cuts)
        try checkCharacters(member, row, cell)
        return cell
    }

    /// A remark, which may have several lines. It is cut if it is too long.
    /// - Parameter cuts: Is increased if the remark was cut.
    /// - Throws: `RowError` if it contains control characters other than white space.
    func remark(_ member: Format.Member, _ row: Row, _ cuts: inout Int) throws(RowError) -> Row.Cell {
        let cell = cut(cell(member, row), row, Self.longestRemark, &cuts)
        for byte in row.bytes[cell.range] where byte < 0x20 && !(0x09...0x0D).contains(byte) || byte == 0x7F {
            throw error(member, "contains a control character")
        }
        return cell
    }

    /// The beginning of a cell, up to a limit in bytes and the end of a character.
    @inline(__always)
    private func cut(_ cell: Row.Cell, _ row: Row, _ longest: Int, _ cuts: inout Int) -> Row.Cell {
        guard cell.range.count > longest else { return cell }
        cuts += 1
        var end = cell.range.lowerBound + longest
        // Bytes that continue a character begin with the bits 10 (RFC 3629 §3).
        while end > cell.range.lowerBound, row.bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return Row.Cell(start: cell.start, end: Int32(clamping: end))
    }

    /// A code that identifies something. If it is too long, it is shortened to its beginning and a hash of the whole:
    /// different codes stay different, and the same code is the same in each import.
    /// - Parameter cuts: Is increased if the code was shortened.
    /// - Throws: `RowError` if it contains control characters.
    @inline(__always)
    func identifier(_ member: Format.Member, _ row: inout Row, _ cuts: inout Int) throws(RowError) -> Row.Cell {
        let cell = cell(member, row)
        try checkCharacters(member, row, cell)
        return cell.range.count <= Self.longestText ? cell : shortened(cell, &row, &cuts)
    }

    /// A code that identifies something, and is composed from cells or the name of a file.
    @inline(__always)
    func identifier(
        _ member: Format.Member, _ row: inout Row, _ cell: Row.Cell, _ cuts: inout Int
    ) throws(RowError) -> Row.Cell {
        try checkCharacters(member, row, cell, isComposed: true)
        return cell.range.count <= Self.longestText ? cell : shortened(cell, &row, &cuts)
    }

    private func shortened(_ cell: Row.Cell, _ row: inout Row, _ cuts: inout Int) -> Row.Cell {
        // FNV-1a with 64 bits (RFC 9923): the hash of the standard library differs from run to run.
        let hash = row.bytes[cell.range].reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        let digits = String(hash, radix: 16)
        let ending = Array("#\(String(repeating: "0", count: 16 - digits.utf8.count))\(digits)".utf8)
        let beginning = cut(cell, row, Self.longestText - ending.count, &cuts)
        return row.compose(Array(row.bytes[beginning.range]) + ending)
    }

    /// An identifier that must not be empty if its column is required.
    func identifierIfRequired(
        _ member: Format.Member, _ row: inout Row, _ cuts: inout Int
    ) throws(RowError) -> Row.Cell {
        let cell = try identifier(member, &row, &cuts)
        if cell.isEmpty, required[member.rawValue] { throw error(member, "is empty") }
        return cell
    }

    /// A code that must not be empty.
    @inline(__always)
    func code(_ member: Format.Member, _ row: Row) throws(RowError) -> Row.Cell {
        let cell = try text(member, row)
        if cell.isEmpty { throw error(member, "is empty") }
        return cell
    }

    /// An identifier that must not be empty.
    @inline(__always)
    func requiredIdentifier(
        _ member: Format.Member, _ row: inout Row, _ cuts: inout Int
    ) throws(RowError) -> Row.Cell {
        let cell = try identifier(member, &row, &cuts)
        if cell.isEmpty { throw error(member, "is empty") }
        return cell
    }

    /// A whole number; nil if the cell is empty. Most cells are numbers, so null words are compared last.
    @inline(__always)
    func integer(_ member: Format.Member, _ row: Row) throws(RowError) -> Int64? {
        let cell = row.trimmed(positions[member.rawValue])
        if !points.isEmpty, let whole = try grouped(member, row, cell) { return whole }
        if let value = Number.integer(row.bytes, cell) { return value }
        if isNull(member, row, cell) { return nil }
        if let value = Number.wholeDouble(row.bytes, cell) { return value }
        if let pointed = pointed(member, row, cell, isWhole: true),
            let value = Number.wholeDouble(pointed, Row.Cell(start: 0, end: Int32(clamping: pointed.count)))
        {
            return value
        }
        // `ca. 20`, `>10` and `2-3`.
        let isText =
            (member == .count || member == .quantity) && Number.double(row.bytes, cell) == nil
            && row.bytes[cell.range].contains { $0 &- 0x30 < 10 }
        throw error(
            member,
            "'\(shown(row, cell))' is not a whole number"
                + (isText ? "; write one, or leave the cell empty and put the text into the comments" : ""))
    }

    /// Whether a number is missing.
    private func isNull(_ member: Format.Member, _ row: Row, _ cell: Row.Cell) -> Bool {
        cell.isEmpty || isNotAvailable(member, row, cell) || isNullWord(member, row, cell)
            || Self.isMissing(row.bytes[cell.range])
    }

    /// The words of pandas and other programs for a missing number or date. In a text they may be words.
    private static func isMissing(_ text: ArraySlice<UInt8>) -> Bool {
        text.count <= 4 && missing.contains { text.elementsEqual($0.utf8) }
    }

    private static let missing = ["NaN", "nan", "NaT", "<NA>", "None"]

    /// A number; nil if the cell is empty.
    @inline(__always)
    func double(_ member: Format.Member, _ row: Row) throws(RowError) -> Double? {
        let cell = row.trimmed(positions[member.rawValue])
        if !points.isEmpty, let whole = try grouped(member, row, cell) { return Double(whole) }
        if let value = Number.double(row.bytes, cell) { return value }
        if isNull(member, row, cell) { return nil }
        if let pointed = pointed(member, row, cell, isWhole: false),
            let value = Number.double(pointed, Row.Cell(start: 0, end: Int32(clamping: pointed.count)))
        {
            return value
        }
        throw error(member, "'\(shown(row, cell))' is not a number")
    }

    /// The text of a number as it is in the file.
    @inline(__always)
    func number(_ member: Format.Member, _ row: Row) -> ArraySlice<UInt8> {
        row.bytes[row.trimmed(positions[member.rawValue]).range]
    }

    /// A whole number with points before groups of three digits; nil for any other.
    /// - Throws: `RowError` if they may as well be decimals.
    private func grouped(_ member: Format.Member, _ row: Row, _ cell: Row.Cell) throws(RowError) -> Int64? {
        guard points.indices.contains(member.rawValue), points[member.rawValue] != .decimal,
            Number.mayHaveGroups(row.bytes[cell.range])
        else { return nil }
        let digits = row.bytes[cell.range].filter { $0 != UInt8(ascii: ".") }
        let value = Number.wholeDouble(digits, Row.Cell(start: 0, end: Int32(clamping: digits.count)))
        guard points[member.rawValue] == .group, let value else {
            throw error(
                member,
                "'\(shown(row, cell))' may have a decimal point or groups of thousands, and the file does not tell; write it "
                    + "without the point")
        }
        return value
    }

    /// The text of a number with a decimal comma, or with spaces between groups of digits, as `Number` reads it.
    private func pointed(_ member: Format.Member, _ row: Row, _ cell: Row.Cell, isWhole: Bool) -> [UInt8]? {
        let joined = Number.joined(row.bytes[cell.range])
        if commas == .none { return Number.ungrouped(row.bytes[cell.range], isClear: hasDecimalPoint(row)) ?? joined }
        return Number.pointed(
            joined?[...] ?? row.bytes[cell.range], commas, isWhole: isWhole,
            isCoordinate: member == .latitude || member == .longitude) ?? joined
    }

    /// Whether the coordinates of a row have decimal points.
    private func hasDecimalPoint(_ row: Row) -> Bool {
        [.latitude, .longitude].contains { number($0, row).contains(UInt8(ascii: ".")) }
    }

    /// 0 or 1, which may be written as `true` or `false`, `yes` or `no`, or their first letters, or as spreadsheets and
    /// people write them in other languages; nil if the cell is empty.
    func flag(_ member: Format.Member, _ row: Row) throws(RowError) -> Int64? {
        guard has(member) else { return nil }
        let word = cell(member, row)
        if let first = row.bytes[word.range].first, first >= UInt8(ascii: "A") {
            let word = row.text(word).lowercased()
            if Self.yes.contains(word) { return 1 }
            if Self.no.contains(word) { return 0 }
        }
        guard let value = try integer(member, row) else { return nil }
        guard value == 0 || value == 1 else { throw error(member, "\(value) is neither 0 nor 1") }
        return value
    }

    private static let yes: Set<String> = [
        "true", "yes", "t", "y", "wahr", "ja", "vrai", "oui", "verdadero", "sí", "si", "vero", "sì", "verdadeiro",
        "sim",
        "waar", "sant", "sann", "sand",
    ]
    private static let no: Set<String> = [
        "false", "no", "f", "n", "falsch", "nein", "faux", "non", "falso", "não", "nao", "onwaar", "nee", "falskt",
        "nej",
        "usann", "nei", "falsk",
    ]

    /// Refuses a row with more cells than columns, since it is not clear which cell is which. Missing cells at the end
    /// of a row are empty.
    func checkWidth(_ row: Row) throws(RowError) {
        if row.cells.count > width {
            // A separator at the end of a line makes an additional empty cell. Between commas, so does a decimal comma
            // if the last cell is empty: there the header must have such a cell too.
            guard row.cells.count == width + 1, row.trimmed(width).isEmpty, commas != .none else {
                throw RowError(column: nil, reason: "it has \(row.cells.count) cells for \(width) columns")
            }
        }
    }

    /// An error in the column of a member.
    func error(_ member: Format.Member, _ reason: String) -> RowError {
        RowError(column: names[member.rawValue], reason: reason)
    }

    /// The text of a cell for a message.
    func shown(_ row: Row, _ cell: Row.Cell) -> String { Row.shown(row.text(cell), atMost: 40) }
}

/// A cell of a row that `TableRows` writes. (A `RowEncoder` writes its values directly.)
enum RowCell: Equatable {
    /// No value: `null` in JSON, empty in CSV.
    case nothing
    case integer(Int64)
    case real(Double)
    case text(String)
    case boolean(Bool)
    /// JSON that is written as it is. Only for documents, which are never CSV.
    case json(String)

    init(_ number: Int64?) { self = number.map { .integer($0) } ?? .nothing }
    init(_ number: Double?) { self = number.map { .real($0) } ?? .nothing }
    init(_ text: String?) { self = text.map { .text($0) } ?? .nothing }
    init(_ flag: Bool?) { self = flag.map { .boolean($0) } ?? .nothing }

    init(_ value: Records.Value) {
        self =
            switch value {
            case .nothing: .nothing
            case .integer(let number): .integer(number)
            case .real(let number): .real(number)
            case .text(let text): .text(text)
            case .flag(let flag): .boolean(flag)
            }
    }

    /// The value as a number, for a coordinate or a comparison.
    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        case .nothing, .text, .boolean, .json: nil
        }
    }
}

extension RowCell {
    /// A stored date as ISO 8601; no value if the number is not a date.
    static func date(_ number: Int64?) -> RowCell { RowCell(number.flatMap { StoredDate($0).iso }) }

    /// A JSON object with these members.
    static func object(_ names: [String], _ cells: [RowCell]) -> [UInt8] {
        let syntax = RowSyntax(.json, columns: names.count)
        var buffer = RowBuffer()
        syntax.appendRowStart(latitude: nil, longitude: nil, to: &buffer)
        for (index, name) in names.enumerated() where index < cells.count {
            buffer.append(syntax.prefix(name, isFirst: index == 0))
            syntax.append(cells[index], to: &buffer)
        }
        buffer.append(syntax.rowEnd)
        return buffer.bytes
    }
}

extension RowSyntax {
    func append(_ cell: RowCell, to buffer: inout RowBuffer) {
        switch cell {
        case .nothing: append(String?.none, to: &buffer)
        case .integer(let number): append(number, to: &buffer)
        case .real(let number): append(number, to: &buffer)
        case .text(let text): append(text, to: &buffer)
        case .boolean(let flag): append(flag, to: &buffer)
        case .json(let json): buffer.append(json)
        }
    }
}

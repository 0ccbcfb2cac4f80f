/// The first row of a file, and where the columns of a format stand in it.
struct Header {
    /// As they stand in the file, without spaces around them.
    let names: [String]
    private let lowercased: [String]

    init(_ row: Row) {
        names = row.cells.indices.map { row.text(row.trimmed($0)) }
        lowercased = names.map { $0.lowercased() }
    }

    /// The required columns of a format that are not here.
    func missing(_ format: Format) -> [String] {
        format.columns.filter { $0.isRequired && !lowercased.contains($0.name) }.map(\.name)
    }

    /// A column that the format needs and that is here twice.
    func repeated(_ format: Format) -> String? {
        format.columns.first { column in lowercased.count { $0 == column.name } > 1 }?.name
    }

    func position(_ column: Format.Column) -> Int? { lowercased.firstIndex(of: column.name) }

    /// The first names, to say in a sentence what was found.
    var summary: String {
        let shown = names.prefix(6).map { Row.shown($0, atMost: 30) }.joined(separator: ", ")
        return names.count > 6 ? "\(shown), …" : shown
    }
}

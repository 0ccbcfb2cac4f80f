import Birds

/// The first row of a file, and where the columns of a format stand in it.
struct Header {
    /// As they stand in the file, without spaces around them.
    let names: [String]
    private let lowercased: [String]

    init(_ row: Row) { self.init(row.cells.indices.map { row.text(row.trimmed($0)) }) }

    init(_ names: [String]) {
        self.names = names
        lowercased = names.map { $0.lowercased() }
    }

    /// The required columns of a format that are not here.
    func missing(_ format: Format) -> [String] {
        var missing = format.columns.filter { $0.isRequired && position($0) == nil }.map(\.name)
        let dates = format.columns.filter { $0.member == .date || $0.member == .year }
        // Of a date in one cell and a year, one must be here.
        if !dates.isEmpty, dates.allSatisfy({ position($0) == nil }), let date = dates.first(where: { !$0.isRequired })
        {
            missing.append(date.name)
        }
        return missing
    }

    /// A column that the format needs and that is here twice.
    func repeated(_ format: Format) -> String? {
        format.columns.compactMap(name).first { name in lowercased.count { $0 == name } > 1 }
    }

    func position(_ column: Format.Column) -> Int? { name(column).flatMap { lowercased.firstIndex(of: $0) } }

    /// The first of a column's names that is here.
    private func name(_ column: Format.Column) -> String? {
        ([column.name] + column.otherNames).first { lowercased.contains($0) }
    }

    /// The first names, to say in a sentence what was found.
    var summary: String {
        let shown = names.prefix(6).map { Row.shown($0, atMost: 30) }.joined(separator: ", ")
        return names.count > 6 ? "\(shown), …" : shown
    }
}

/// Rows of cells on their way out, as a function gives them.
final class TableRows: RowProducer {
    typealias Cell = RowCell

    /// Changes a row, or leaves it out if it returns false.
    typealias Edit = (inout [Cell], _ id: Int64) throws(StoreError) -> Bool

    let syntax: RowSyntax
    let opening: String
    var closing: String { syntax.closing }
    /// The name of the next page, asked once this one is complete.
    var page: (() throws(StoreError) -> String?)?
    private let row: () throws(StoreError) -> [Cell]?
    private(set) var nextPage: String?
    private let names: [String]
    private let prefixes: [String]
    /// Where the latitude and the longitude stand among the cells, for a geometry; -1 for nowhere.
    private let latitude: Int
    private let longitude: Int

    /// - Parameter row: The cells of the next row; nil at the end.
    init(names: [String], format: RowFormat, row: @escaping () throws(StoreError) -> [Cell]?) {
        self.row = row
        self.names = names
        let latitude = names.firstIndex(of: Field.latitude.rawValue) ?? -1
        let longitude = names.firstIndex(of: Field.longitude.rawValue) ?? -1
        let syntax = RowSyntax(format, columns: names.count)
        self.syntax = syntax
        opening = syntax.opening(names)
        prefixes = names.enumerated().map { syntax.prefix($1, isFirst: $0 == 0) }
        self.latitude = latitude
        self.longitude = longitude
    }

    /// The rows of a small table, as its statement gives them: its columns are the members.
    /// - Parameters:
    ///   - statement: Its first column is the id of a row, and not written.
    ///   - names: Of the columns after the first.
    convenience init(_ statement: Statement, names: [String], format: RowFormat, edit: Edit?) {
        self.init(names: names, format: format) { () throws(StoreError) in
            while try statement.step() {
                var cells = names.indices.map { statement.cell(Int32($0) + 1) }
                if let edit, try !edit(&cells, statement.int64(0)) { continue }
                return cells
            }
            return nil
        }
    }

    /// Appends the next row; false at the end.
    func next(isFirst: Bool, to buffer: inout RowBuffer) throws(StoreError) -> Bool {
        guard let cells = try row() else {
            nextPage = try page?()
            return false
        }
        if !isFirst { buffer.append(syntax.separator) }
        append(cells, to: &buffer)
        return true
    }

    private func append(_ cells: [Cell], to buffer: inout RowBuffer) {
        syntax.appendRowStart(
            latitude: cells.indices.contains(latitude) ? cells[latitude].number : nil,
            longitude: cells.indices.contains(longitude) ? cells[longitude].number : nil, to: &buffer)
        var isFirst = true
        for index in cells.indices {
            if syntax.format == .geojson {
                if index == latitude || index == longitude { continue }
                // The first that is written may not be the first of all.
                buffer.append(syntax.prefix(names[index], isFirst: isFirst))
                isFirst = false
            } else {
                buffer.append(prefixes[index])
            }
            syntax.append(cells[index], to: &buffer)
        }
        buffer.append(syntax.rowEnd)
    }
}

extension Statement {
    func cell(_ column: Int32) -> RowCell {
        switch type(column) {
        case .integer: .integer(int64(column))
        case .real: .real(double(column))
        case .text: text(column).map { .text($0) } ?? .nothing
        case .nothing: .nothing
        }
    }
}

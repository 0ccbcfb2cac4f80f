/// Writes rows of cells that a function returns. It is slower than a `RowEncoder`, since it renders every cell, and
/// serves all resources but observations.
final class TableRows: RowProducer {
    typealias Cell = RowCell

    let syntax: RowSyntax
    let opening: String
    var closing: String { syntax.closing }
    /// Returns the token of the next page. It is called once this page is complete.
    var page: (() throws(StoreError) -> String?)?
    private let row: () throws(StoreError) -> [Cell]?
    private(set) var nextPage: String?
    private let names: [String]
    private let prefixes: [String]
    /// The indexes of the latitude and longitude among the cells, for the geometry; -1 if there is none.
    private let latitude: Int
    private let longitude: Int

    /// - Parameters:
    ///   - names: The names of the cells, in order.
    ///   - row: Returns the cells of the next row; nil at the end.
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

    /// Appends a row.
    private func append(_ cells: [Cell], to buffer: inout RowBuffer) {
        syntax.appendRowStart(
            latitude: cells.indices.contains(latitude) ? cells[latitude].number : nil,
            longitude: cells.indices.contains(longitude) ? cells[longitude].number : nil, to: &buffer)
        var isFirst = true
        for index in cells.indices {
            if syntax.format == .geojson {
                if index == latitude || index == longitude { continue }
                // The coordinates are skipped, so the first cell that is written may not be the first of all.
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
    /// The value of a column of the current row, by the type that it has there.
    func cell(_ column: Int32) -> RowCell {
        switch type(column) {
        case .integer: .integer(int64(column))
        case .real: .real(double(column))
        case .text: text(column).map { .text($0) } ?? .nothing
        case .nothing: .nothing
        }
    }
}

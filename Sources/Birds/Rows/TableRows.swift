/// The rows of a small table on their way out, as its statement gives them: its columns are the members.
final class TableRows: RowProducer {
    /// What a cell holds.
    enum Cell: Equatable {
        case nothing
        case integer(Int64)
        case real(Double)
        case text(String)
    }

    /// Changes a row, or leaves it out if it returns false.
    typealias Edit = (inout [Cell], _ id: Int64) throws(StoreError) -> Bool

    let syntax: RowSyntax
    let opening: String
    var closing: String { syntax.closing }
    /// Nil once the rows have ended.
    private var statement: Statement?
    private let prefixes: [String]
    private let edit: Edit?

    /// - Parameters:
    ///   - statement: Its first column is the id of a row, and not written.
    ///   - names: Of the columns after the first.
    init(_ statement: Statement, names: [String], format: RowFormat, edit: Edit?) {
        self.statement = statement
        self.edit = edit
        let syntax = RowSyntax(format, columns: names.count)
        self.syntax = syntax
        opening = syntax.opening(names)
        prefixes = names.enumerated().map { syntax.prefix($1, isFirst: $0 == 0) }
    }

    /// Appends the next row; false at the end.
    func next(isFirst: Bool, to buffer: inout RowBuffer) throws(StoreError) -> Bool {
        guard let statement else { return false }
        while try statement.step() {
            var cells = prefixes.indices.map { statement.cell(Int32($0) + 1) }
            if let edit, try !edit(&cells, statement.int64(0)) { continue }
            if !isFirst { buffer.append(syntax.separator) }
            for (prefix, cell) in zip(prefixes, cells) {
                buffer.append(prefix)
                switch cell {
                case .nothing: syntax.append(String?.none, to: &buffer)
                case .integer(let number): syntax.append(number, to: &buffer)
                case .real(let number): syntax.append(number, to: &buffer)
                case .text(let text): syntax.append(text, to: &buffer)
                }
            }
            buffer.append(syntax.rowEnd)
            return true
        }
        return false
    }

    /// Gives the statement up. There are no more rows.
    func end() { statement = nil }
}

extension Statement {
    fileprivate func cell(_ column: Int32) -> TableRows.Cell {
        switch type(column) {
        case .integer: .integer(int64(column))
        case .real: .real(double(column))
        case .text: text(column).map { .text($0) } ?? .nothing
        case .nothing: .nothing
        }
    }
}

/// A table for a terminal: a line of titles and a line for each row, in aligned columns.
/// - Parameter numbers: The columns that are aligned at their ends.
package func terminalTable(_ titles: [String], _ rows: [[String]], numbers: Set<Int>) -> String {
    let rows = [titles] + rows.map { $0.map(terminalLine) }
    let widths = titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var text = ""
    for row in rows {
        var line = ""
        for (column, cell) in row.enumerated() {
            let space = String(repeating: " ", count: widths[column] - cell.count)
            line += (column > 0 ? "  " : "") + (numbers.contains(column) ? space + cell : cell + space)
        }
        while line.last == " " { line.removeLast() }
        text += line + "\n"
    }
    return text
}

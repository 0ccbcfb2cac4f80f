/// Writes cells of a CSV file.
enum CSVText {
    /// A cell, in quotes if it contains a quote, a comma or a line end (RFC 4180 §2, rules 6 and 7).
    static func quoted(_ cell: String) -> String {
        guard cell.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return cell }
        return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

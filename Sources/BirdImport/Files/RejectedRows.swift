import Birds

/// Reads the rows in a file of `--rejects` again, when they are corrected: each file that they came from becomes a text
/// of its own, with its header and those rows. Columns of the reason and the place are passed over.
enum RejectedRows {
    /// The columns of a file of `--rejects`. The last one has the header of the file, in the first row of each file.
    static let columns = ["file", "line", "column", "reason", "row", "header"]
    /// The most files whose rows are here, each of which is a temporary file.
    private static let mostFiles = 200

    /// The texts of the files whose rows are here; nil if this is no file of `--rejects`.
    /// - Parameter folder: The folder for temporary files.
    /// - Throws: `ImportError.refused` if the header of a file is missing.
    static func files(in file: SourceFile, folder: String) throws(ImportError) -> [SourceFile]? {
        // A spreadsheet may have saved it.
        let beginning = String(decoding: try file.beginning(256).prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        let names = beginning.replacing("\u{FEFF}", with: "").replacing("\"", with: "").lowercased()
            .split(omittingEmptySubsequences: false) { ",;\t".contains($0) }.map(String.init)
        guard names == columns else { return nil }
        let text = try TextTable(file)
        guard let candidate = try text.candidates().first(where: { $0.header.names.count == columns.count }) else {
            return nil
        }
        let rows = try text.rows(candidate, candidate.syntax)
        var parts: [(path: String, header: String, rows: TemporaryFile, first: Int)] = []
        var row = Row()
        while try rows.next(&row) {
            if let problem = row.problem {
                throw .refused("\(file.path), line \(row.line), can't be read: \(problem).")
            }
            func text(_ index: Int) -> String { index < row.cells.count ? row.text(row.cells[index]) : "" }
            if row.cells.indices.allSatisfy({ row.cells[$0].isEmpty }) { continue }
            let (path, header) = (text(0), text(5))
            if !parts.contains(where: { $0.path == path }) {
                guard parts.count < mostFiles else {
                    throw .refused("\(file.path) has rows of more than \(mostFiles) files; split it.")
                }
                parts.append((path, header, TemporaryFile(in: folder), row.line))
            }
            guard let index = parts.firstIndex(where: { $0.path == path }) else { continue }
            if parts[index].header.isEmpty { parts[index].header = header }
            try parts[index].rows.append(Array("\(text(4))\n".utf8), for: file.path)
        }
        guard !parts.isEmpty else { throw .refused("\(file.path) has no rejected rows.") }
        var files: [SourceFile] = []
        for part in parts {
            guard !part.header.isEmpty else {
                throw .refused(
                    "\(file.path) has no header for the rows of \(part.path); put the first line of that file into the "
                        + "column header of line \(part.first).")
            }
            let whole = TemporaryFile(in: folder)
            try whole.append(Array("\(part.header)\n".utf8), for: file.path)
            var (offset, block) = (0, [UInt8]())
            repeat {
                block.removeAll(keepingCapacity: true)
                do throws(StoreError) {
                    try part.rows.read(1 << 16, at: offset, to: &block)
                } catch {
                    throw ImportError(error, path: file.path)
                }
                offset += block.count
                if !block.isEmpty { try whole.append(block, for: file.path) }
            } while !block.isEmpty
            files.append(try SourceFile(whole, path: "\(file.path) (rows of \(part.path))"))
        }
        return files
    }
}

import Birds

/// Reads the rows in a file of `--rejects` again, when they are corrected: the rows of each file become a text of their
/// own, with the header of that file. The columns of the line and the reason are passed over.
enum RejectedRows {
    /// The most files whose rows are here, each of which is a temporary file.
    private static let mostFiles = 200

    /// The rows of one file.
    private struct Part {
        /// The file that the rows came from.
        let path: String
        /// The line of the first row here.
        let line: Int
        let rows: TemporaryFile
        var header = ""
    }

    /// The texts of the files whose rows are here; nil if this is no file of `--rejects`. Each has the path of this
    /// file and then its own, like a file in an archive, since the name of a file may tell of a recording.
    /// - Parameter folder: The folder for temporary files.
    /// - Throws: `ImportError.refused` if the header of a file is missing, or a row can't be corrected here.
    static func files(in file: SourceFile, folder: String) throws(ImportError) -> [SourceFile]? {
        // A spreadsheet may have saved it.
        let beginning = String(decoding: try file.beginning(256).prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        let names = beginning.replacing("\u{FEFF}", with: "").replacing("\"", with: "").lowercased()
            .split(omittingEmptySubsequences: false) { ",;\t".contains($0) }.map(String.init)
        guard names == Rejects.columns else { return nil }
        let table = try TextTable(file)
        guard let candidate = try table.candidates().first(where: { $0.header.names.count == Rejects.columns.count })
        else {
            return nil
        }
        let rows = try table.rows(candidate, candidate.syntax)
        // Its cells hold rows.
        rows.width = nil
        let parts = try parts(rows, file, folder: folder)
        guard !parts.isEmpty else { throw .refused("\(file.path) has no rejected rows.") }
        var files: [SourceFile] = []
        for part in parts { files.append(try text(part, file, folder: folder)) }
        return files
    }

    private static func parts(
        _ rows: any RowSource, _ file: SourceFile, folder: String
    ) throws(ImportError) -> [Part] {
        var parts: [Part] = []
        var row = Row()
        while try rows.next(&row) {
            if let problem = row.problem {
                throw .refused("\(file.path), line \(row.line), can't be read: \(problem).")
            }
            if row.cells.allSatisfy(\.isEmpty) { continue }
            func cell(_ index: Int) -> String { index < row.cells.count ? row.text(row.cells[index]) : "" }
            let (path, header) = (cell(0), cell(5))
            guard header != Rejects.noHeader else {
                throw .refused(
                    "\(file.path), line \(row.line), has a row that can only be corrected in \(path); remove it here.")
            }
            let position = parts.firstIndex { $0.path == path } ?? parts.count
            if position == parts.count {
                guard parts.count < mostFiles else {
                    throw .refused("\(file.path) has rows of more than \(mostFiles) files; split it.")
                }
                parts.append(Part(path: path, line: row.line, rows: TemporaryFile(in: folder)))
            }
            if parts[position].header.isEmpty { parts[position].header = header }
            try parts[position].rows.append(Array("\(cell(4))\n".utf8), for: file.path)
        }
        return parts
    }

    /// The header and the rows of a file.
    private static func text(_ part: Part, _ file: SourceFile, folder: String) throws(ImportError) -> SourceFile {
        guard !part.header.isEmpty else {
            throw .refused(
                "\(file.path) has no header for the rows of \(part.path); put the first line of that file into the column "
                    + "header of line \(part.line).")
        }
        let whole = TemporaryFile(in: folder)
        try whole.append(Array("\(part.header)\n".utf8), for: file.path)
        var (offset, block) = (0, [UInt8]())
        while offset < part.rows.count {
            block.removeAll(keepingCapacity: true)
            do throws(StoreError) {
                try part.rows.read(1 << 16, at: offset, to: &block)
            } catch {
                throw ImportError(error, path: file.path)
            }
            guard !block.isEmpty else { break }
            offset += block.count
            try whole.append(block, for: file.path)
        }
        return try SourceFile(whole, path: file.path + (part.path.hasPrefix("/") ? "" : "/") + part.path)
    }
}

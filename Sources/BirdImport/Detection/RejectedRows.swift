import Birds

/// Reads the rows in a file of `--rejects` again, when they are corrected: the rows of each file become a text of their
/// own, with the header of that file, and are read as its other rows (`ReadAs`). The columns of the line and the reason
/// are passed over.
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
        var readAs = ""
    }

    /// The texts of the files whose rows are here; nil if this is no file of `--rejects`. Each has the path of this
    /// file and then its own, like a file in an archive, since the name of a file may tell of a recording.
    /// - Parameter folder: The folder for temporary files.
    /// - Throws: `ImportError.refused` if the header of a file is missing, or a row can't be corrected here.
    static func files(
        in file: SourceFile, folder: String
    ) throws(ImportError) -> [(file: SourceFile, readAs: ReadAs)]? {
        let names = try names(file)
        guard names != Rejects.columns.dropLast() else {
            throw .refused(
                "\(file.path) has no column read_as, so it is not known how its rows were read; import their files with "
                    + "--rejects again, and correct the rows there.")
        }
        guard names == Rejects.columns else { return nil }
        let table = try TextTable(file)
        guard let candidate = try table.candidates().first(where: { $0.header.names.count == Rejects.columns.count })
        else {
            return nil
        }
        let rows = try table.rows(candidate, candidate.syntax)
        // Its cells hold rows.
        rows.shape.width = nil
        let parts = try parts(rows, file, folder: folder)
        guard !parts.isEmpty else { throw .refused("\(file.path) has no rejected rows.") }
        var files: [(file: SourceFile, readAs: ReadAs)] = []
        for part in parts { files.append(try text(part, file, folder: folder)) }
        return files
    }

    /// The names in the first line, or in that after `sep=;`: a spreadsheet may have saved the file.
    private static func names(_ file: SourceFile) throws(ImportError) -> [String] {
        var beginning = try file.beginning(256)
        let isLittleEndian = beginning.starts(with: [0xFF, 0xFE])
        if isLittleEndian || beginning.starts(with: [0xFE, 0xFF]) {
            var (decoder, text) = (UTF16Decoder(isLittleEndian: isLittleEndian), [UInt8]())
            decoder.decode(beginning, to: &text)
            beginning = text
        }
        let declared = TextTable.separator(declaredIn: beginning)
        let lines = String(decoding: beginning, as: UTF8.self).split(whereSeparator: \.isNewline)
        let separators = ",;\t" + (declared.map { String(Character(Unicode.Scalar($0))) } ?? "")
        guard let line = declared == nil ? lines.first : lines.dropFirst().first else { return [] }
        return line.replacing("\u{FEFF}", with: "").replacing("\"", with: "").lowercased()
            .split(omittingEmptySubsequences: false) { separators.contains($0) }.map(String.init)
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
                    "\(file.path), line \(row.line), has a row that can only be corrected in \(path): correct all rows of that "
                        + "file there and import it again, or remove this row here to leave it out.")
            }
            let position = parts.firstIndex { $0.path == path } ?? parts.count
            if position == parts.count {
                guard parts.count < mostFiles else {
                    throw .refused("\(file.path) has rows of more than \(mostFiles) files; split it.")
                }
                parts.append(Part(path: path, line: row.line, rows: TemporaryFile(in: folder)))
            }
            if !header.isEmpty {
                let (known, readAs) = (parts[position], cell(6))
                guard known.header.isEmpty || known.header == header && known.readAs == readAs else {
                    throw .refused(
                        "\(file.path), line \(row.line), has another header or read_as than the rows of \(path) before "
                            + "it; copy both cells from the file that --rejects wrote.")
                }
                (parts[position].header, parts[position].readAs) = (header, readAs)
            }
            try parts[position].rows.append(Array("\(cell(4))\n".utf8), for: file.path)
        }
        return parts
    }

    /// The header and the rows of a file.
    private static func text(
        _ part: Part, _ file: SourceFile, folder: String
    ) throws(ImportError) -> (file: SourceFile, readAs: ReadAs) {
        guard !part.header.isEmpty, let readAs = ReadAs(part.readAs) else {
            throw .refused(
                "\(file.path) does not say how the rows of \(part.path) are read; copy the cells header and read_as of that "
                    + "file, as --rejects wrote them, into line \(part.line).")
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
        let path = file.path + (part.path.hasPrefix("/") ? "" : "/") + part.path
        return (try SourceFile(whole, path: path), readAs)
    }
}

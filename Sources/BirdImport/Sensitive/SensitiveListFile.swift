import Birds
import FileSystem

/// Reads a list of sensitive species and places: CSV with a header, as a spreadsheet saves it.
///
/// A list with a mistake is refused whole, with each line that is wrong: what a line was meant to protect would be open
/// otherwise. So is a list with a column that is not known, since it may be a misspelt one.
enum SensitiveListFile {
    private enum Column: String, CaseIterable {
        case species, location, category, precision, scope, region, from, to, reason, review, contact
    }

    /// The columns, as a message names them.
    private static let columns = Column.allCases.map(\.rawValue).joined(separator: ", ")
    /// The most lines that a refusal names.
    private static let mostNamed = 10
    /// The longest text of a cell, in bytes.
    private static let longestText = 500
    /// The most entries of a list.
    static let mostEntries = 10_000

    /// What is wrong with a line, as a sentence without its full stop.
    private struct Fault: Error {
        let reason: String
    }

    /// Reads a file.
    /// - Throws: `ChangeError.refused` if the file can't be read or has a mistake.
    static func read(path: String) throws(ChangeError) -> [SensitiveEntry] {
        let file = try SourceFile(path: path)
        if let stranger = try Stranger.name(of: file, try file.beginning(Stranger.beginningSize)) {
            throw .refused("\(path) is \(stranger).")
        }
        let table = try TextTable(file)
        guard let candidate = try table.candidates().first else { throw .refused("\(path) is empty.") }
        let (header, rows) = try table.open(candidate.syntax)
        let positions = try positions(header, path)
        var entries: [SensitiveEntry] = []
        var faults: [String] = []
        var row = Row()
        while try rows.next(&row) {
            if header.reasonToPass(row) != nil { continue }
            do throws(Fault) {
                if let problem = row.problem { throw Fault(reason: "it can't be read: \(problem)") }
                guard row.cells.count <= header.names.count else {
                    throw Fault(
                        reason:
                            "it has \(row.cells.count) cells, and the header \(header.names.count); put a cell with "
                            + "a separator in it in double quotes")
                }
                entries.append(try entry(row, positions))
            } catch {
                faults.append("\(faults.isEmpty ? "\(path), " : "")line \(row.line): \(error.reason)")
            }
            guard entries.count <= mostEntries else {
                throw .refused("\(path) has more than \(mostEntries) entries; name each species and place once.")
            }
        }
        try file.checkUnchanged()
        guard faults.isEmpty else {
            let more = faults.count - mostNamed
            throw .refused(
                (faults.prefix(mostNamed) + (more > 0 ? ["and \(more) more"] : [])).joined(separator: "; ") + ".")
        }
        guard !entries.isEmpty else {
            throw .refused("\(path) has a header and no entries; to remove a list, use 'rookery sensitive remove'.")
        }
        try checkSizes(entries, path)
        return entries
    }

    private static func positions(_ header: Header, _ path: String) throws(ChangeError) -> [Column: Int] {
        var positions: [Column: Int] = [:]
        for (position, name) in header.names.enumerated() where !name.isEmpty {
            guard let column = Column(rawValue: name.lowercased()) else {
                throw .refused(
                    "\(path) has the column '\(Row.shown(name, atMost: 40))', which a list of sensitive species and places does "
                        + "not have; the columns are \(columns).")
            }
            guard positions.updateValue(position, forKey: column) == nil else {
                throw .refused("\(path) has the column \(column.rawValue) twice.")
            }
        }
        guard positions[.species] != nil || positions[.location] != nil else {
            throw .refused("\(path) has no column 'species' or 'location'; the columns are \(columns).")
        }
        guard positions[.category] != nil || positions[.precision] != nil else {
            throw .refused("\(path) has no column 'category' or 'precision'; the columns are \(columns).")
        }
        return positions
    }

    private static func entry(_ row: Row, _ positions: [Column: Int]) throws(Fault) -> SensitiveEntry {
        func text(_ column: Column) throws(Fault) -> String? {
            let cell = row.trimmed(positions[column] ?? -1)
            guard !cell.isEmpty else { return nil }
            let bytes = row.bytes[cell.range]
            guard bytes.count <= longestText else {
                throw Fault(reason: "\(column.rawValue) is longer than \(longestText) bytes")
            }
            guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw Fault(reason: "\(column.rawValue) contains a line end, a tab or another control character")
            }
            return row.text(cell)
        }
        func shown(_ text: String) -> String { "'\(Row.shown(text, atMost: 40))'" }

        let subject: SensitiveEntry.Subject
        switch (try text(.species), try text(.location)) {
        case (let name?, nil): subject = .species(name)
        case (nil, let code?): subject = .location(code)
        case (nil, nil): throw Fault(reason: "it names no species and no location")
        case (_?, _?):
            throw Fault(
                reason: "it names a species and a location; write a line for each, or limit the species with a region")
        }
        let protection: SensitiveEntry.Protection
        switch (try text(.category), try text(.precision)) {
        case (let category?, nil):
            guard let known = SensitiveEntry.protection(category: category) else {
                throw Fault(reason: "category \(shown(category)) is not one of 0, 1, 2, 3 and 4")
            }
            protection = known
        case (nil, let precision?):
            // A spreadsheet may write a decimal comma.
            let isComma = !precision.contains(".") && precision.utf8.count { $0 == UInt8(ascii: ",") } == 1
            guard let size = GridSize(degrees: isComma ? precision.replacing(",", with: ".") : precision) else {
                throw Fault(
                    reason:
                        "precision \(shown(precision)) is not one of 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, "
                        + "0.5, 1, 2, 5 and 10 degrees")
            }
            protection = .cell(size)
        case (nil, nil): throw Fault(reason: "it has no category and no precision")
        case (_?, _?): throw Fault(reason: "it has a category and a precision; keep one of them")
        }
        var entry = SensitiveEntry(subject: subject, protection: protection)
        if let scope = try text(.scope) {
            guard let known = SensitiveEntry.Scope(rawValue: scope.lowercased()) else {
                throw Fault(reason: "scope \(shown(scope)) is not one of cell, place and checklist")
            }
            if case .cell = protection {
            } else if known != .cell {
                throw Fault(reason: "a scope is only for cells (categories 2 to 4, or a precision)")
            }
            entry.scope = known
        }
        if let region = try text(.region) {
            guard isRegion(region) else {
                let upper = region.uppercased()
                throw Fault(
                    reason: "\(shown(region)) is not the code of a region"
                        + (isRegion(upper) ? "; write \(upper)" : ", such as CA or CA-YT"))
            }
            entry.region = region
        }
        switch (try text(.from), try text(.to)) {
        case (nil, nil): break
        case (let from?, let to?):
            guard let season = SensitiveSeason(from: from, to: to) else {
                let wrong = [from, to].filter { SensitiveSeason(from: $0, to: $0) == nil }
                throw Fault(
                    reason:
                        "\(wrong.map(shown).joined(separator: " and ")) \(wrong.count == 1 ? "is not a day" : "are not days") of "
                        + "a year such as 03-01, with month and day; where a spreadsheet has made a date of it, format the "
                        + "columns from and to as text")
            }
            entry.season = season
        default: throw Fault(reason: "it has only one of from and to; give both, or none for the whole year")
        }
        (entry.reason, entry.contact) = (try text(.reason), try text(.contact))
        if let review = try text(.review) {
            guard let date = PartialDate(iso: review), date.day != nil else {
                throw Fault(reason: "review \(shown(review)) is not a date such as 2027-01-31")
            }
            entry.review = date
        }
        return entry
    }

    /// A list as a file of this form.
    static func text(of entries: [SensitiveEntry]) -> String {
        let rows = entries.map { entry in
            Column.allCases.map { column -> String? in
                switch (column, entry.subject, entry.protection) {
                case (.species, .species(let name), _): name
                case (.location, .location(let code), _): code
                case (.category, _, .hidden): "0"
                case (.category, _, .withoutPlace): "1"
                case (.precision, _, .cell(let size)): size.text
                case (.scope, _, .cell): entry.scope.rawValue
                case (.region, _, _): entry.region
                case (.from, _, _): entry.season?.texts.from
                case (.to, _, _): entry.season?.texts.to
                case (.reason, _, _): entry.reason
                case (.review, _, _): entry.review.flatMap { StoredDate(Int64($0.number)).iso }
                case (.contact, _, _): entry.contact
                default: nil
                }
            }
        }
        let lines = [Column.allCases.map(\.rawValue)] + rows.map { $0.map { $0 ?? "" } }
        return lines.map { $0.map(CSVText.quoted).joined(separator: ",") + "\n" }.joined()
    }

    /// Whether a text is the code of a country, or of a region within it.
    private static func isRegion(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.first?.count == 2
            && parts.enumerated().allSatisfy { index, part in
                !part.isEmpty
                    && part.allSatisfy { (0x41...0x5A).contains($0) || index > 0 && (0x30...0x39).contains($0) }
            }
    }

    /// Refuses sizes that do not nest: a cell of one would lie across cells of another.
    private static func checkSizes(_ entries: [SensitiveEntry], _ path: String) throws(ChangeError) {
        let sizes = Set(
            entries.compactMap(\.protection.size)
        ).sorted()
        for (one, next) in zip(sizes, sizes.dropFirst()) where !one.nests(next) {
            throw .refused(
                "\(path) has the precisions \(one.text) and \(next.text), whose cells lie across each other; use only one "
                    + "of them.")
        }
    }
}

import Birds
import FileSystem

extension ImportReport {
    /// The most unknown species that are named.
    static let mostNamed = 10

    /// The report as lines, each with a line feed at its end.
    public var text: String { lines.map { terminalLine($0) + "\n" }.joined() }

    private var lines: [String] {
        var lines: [String] = []
        for file in files { lines += describe(file) }
        if let sources = nameSources { lines.append(sources) }
        for error in firstErrors {
            let column = error.column.map { ", column \($0)" } ?? ""
            lines.append("\(error.file), line \(error.line)\(column): \(error.reason)")
        }
        if rowsInError > firstErrors.count {
            lines.append("and \(Self.count(rowsInError - firstErrors.count, "more row", "more rows")) in error")
        }
        lines += lostAccess.map(\.warning)
        if !isStored, let path = pathOfErrors {
            lines.append(
                "Nothing was stored: all rows of \(path) are in error. Check that it is the right file and has the "
                    + "right format.")
            return lines
        }
        if !isStored, rowsInError == files.reduce(0, { $0 + $1.rowsInConflict }) {
            lines.append(
                "Nothing was stored: \(Self.count(rowsInError, "row repeats or contradicts", "rows repeat or contradict")) "
                    + "earlier ones, and only you can know which are right. Remove the others from the files, or leave out "
                    + "one of two files. Or keep the first of each with --skip-errors.")
            return lines
        }
        if !isStored {
            lines.append(
                "Nothing was stored: \(Self.count(rowsInError, "row is", "rows are")) in error. Fix the file, "
                    + "or import the other rows with --skip-errors.")
            return lines
        }
        if files.contains(where: { $0.dataset != nil }) {
            lines.append(
                (isDryRun ? "Would be stored: " : "Stored: ") + Self.count(stored, "record", "records") + " on "
                    + Self.count(checklists, "checklist", "checklists") + " at "
                    + Self.count(locations, "location", "locations")
                    + (replaced > 0 ? ", replacing \(Self.count(replaced, "record", "records"))" : ""))
        }
        lines += recordsAgain.map(describe)
        lines += codesAgain.map(describe)
        for same in sameData {
            lines.append(
                "Warning: \(same.isWhole ? "all" : "nearly all") records of \(same.dataset) "
                    + "(\(Self.number(same.records))) are also in \(same.other). If they are the same data under two names, "
                    + "remove one of them with 'rookery datasets remove NAME'.")
        }
        for same in sameChecklists {
            lines.append(
                "Warning: checklists of \(same.dataset) are also in \(same.other), with their records. To count each once, "
                    + "remove \(same.dataset), and import the file again with --dataset \(same.other) --append.")
        }
        if speciesStored > 0 {
            lines.append(
                "\(isDryRun ? "Would be named" : "Named"): \(Self.count(speciesStored, "species", "species"))")
        }
        if !retiredCodes.isEmpty {
            let shown = retiredCodes.prefix(Self.mostNamed).map { "\($0.old) is now \($0.new)" }
            lines.append(
                "\(Self.count(retiredCodes.count + moreRetiredCodes, "code was", "codes were")) replaced by the taxonomy imported last: "
                    + shown.joined(separator: ", ") + (retiredCodes.count > Self.mostNamed ? ", …" : ""))
        }
        if !changedCodes.isEmpty {
            let shown = changedCodes.prefix(Self.mostNamed).map {
                "\($0.code) was \($0.old) and is now \($0.new) (\(Self.count($0.records, "record", "records")))"
            }
            lines.append(
                "Warning: the taxonomy gives \(Self.count(changedCodes.count, "code", "codes")) of stored records to other "
                    + "species: " + shown.joined(separator: ", ") + (changedCodes.count > Self.mostNamed ? ", …" : "")
                    + ". If the records have names too, import their files again.")
        }
        if !contradictedCodes.isEmpty {
            let shown = contradictedCodes.prefix(Self.mostNamed).map { contradicted in
                let name = Row.shown(contradicted.name, atMost: 100)
                let species =
                    contradicted.species == contradicted.name
                    ? "" : " (\(Row.shown(contradicted.species, atMost: 100)))"
                return "\(Row.shown(contradicted.code, atMost: 100)) is \(name)\(species)"
            }
            lines.append(
                "Names were followed where the codes beside them mean other species or none: "
                    + shown.joined(separator: ", ") + (contradictedCodes.count > Self.mostNamed ? ", …" : ""))
        }
        if let unnamed, unnamed.records > 0 {
            lines.append(
                "\(Self.count(unnamed.records, "record", "records")) of \(Self.count(unnamed.species, "name", "names")) "
                    + "\(unnamed.records == 1 ? "is" : "are") in no species table. If their files have other names of the "
                    + "species too, such as common names, import them again.")
        }
        if !unknownSpecies.isEmpty {
            let named = unknownSpecies.prefix(Self.mostNamed).map { species in
                let nearest = species.nearest.map { ", similar to \(Row.shown($0, atMost: 100))" } ?? ""
                return "\(Row.shown(species.code, atMost: 100)) (\(Self.number(species.records))\(nearest))"
            }
            let more = unknownSpecies.count > Self.mostNamed ? ", …" : ""
            lines.append(
                "\(Self.count(unknownSpecies.count + moreUnknownSpecies, "species is", "species are")) in no species table: "
                    + named.joined(separator: ", ") + more)
            if !knowsTaxonomy {
                lines.append(
                    "No taxonomy has been imported yet. Import one to name them, and to find species by their names: "
                        + shellLine(["rookery", "import", "TAXONOMY.csv", "--database", database]))
            }
        }
        if let sensitive { lines += sensitive.lines(isTrial: isDryRun) }
        if let preview, !preview.isEmpty {
            lines.append("The first records, as they would be served:")
            lines += preview.map { "  \(Self.escaped($0))" }
        }
        if isDryRun { lines.append("Nothing was changed: this was a dry run.") }
        return lines
    }

    /// JSON with escapes in place of the characters that a terminal would obey. Those below U+0020 are escaped already.
    private static func escaped(_ json: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                for unit in UTF16.encode(scalar) ?? UTF16.EncodedScalar() {
                    let digits = String(unit, radix: 16)
                    let zeros = String(repeating: "0", count: 4 - digits.utf8.count)
                    text.append(contentsOf: "\\u\(zeros)\(digits)".unicodeScalars)
                }
            default: text.append(scalar)
            }
        }
        return String(text)
    }

    /// The warning of records that have replaced others.
    private func describe(_ again: CodesAgain) -> String {
        let replaced =
            "\(again.file) \(isDryRun ? "would replace" : again.isCorrected ? "have replaced" : "has replaced") "
            + "\(Self.count(again.records, "record", "records")) with the same source_id, such as "
            + Row.shown(again.code, atMost: 100)
        if again.isCorrected {
            return
                "Warning: corrected rows of \(replaced). If those were other records, give the rows codes of their own, "
                + "and import all files again."
        }
        return "Warning: \(replaced); \(Self.number(again.otherDates)) of them had another date. If those were other "
            + "records, import both files again, each with a --dataset of its own."
    }

    /// The warning about records that are there twice.
    private func describe(_ again: RecordsAgain) -> String {
        let owner = again.isOfDataset ? again.dataset : again.file
        let have = again.isOfDataset ? "had" : "have"
        let records =
            "Warning: \(again.isWhole ? "all" : "nearly all") records of \(owner) that "
            + "\(again.haveSourceIDs ? "\(have) a" : "\(have) no") source_id (\(Self.number(again.records)))"
        let without = again.haveSourceIDs ? " without one" : ""
        if let other = again.other {
            return
                "\(records) are also in \(other)\(without). To have them once in \(again.dataset), leave out \(owner)."
        }
        let twice = isDryRun ? "would be there twice" : "are there twice now"
        let all = "To have them once, import the files of \(again.dataset) again without --append"
        if again.isOfDataset {
            return
                "\(records) are also in \(again.file)\(without), and \(twice). \(all), leaving out those contained in "
                + "\(again.file)."
        }
        return "\(records) were in \(again.dataset) before\(without), and \(twice). \(all)"
            + (again.haveSourceIDs ? ", leaving out either \(again.file) or those with the same records." : ".")
    }

    /// The files that gave names to species.
    var tablesOfNames: [File] { files.filter { $0.species > 0 } }

    /// Whether a taxonomy or another table has named species, in this import or in an earlier one.
    private var knowsTaxonomy: Bool { names.stored > 0 || !tablesOfNames.isEmpty }

    /// Where the names of species come from; nil if there are none.
    private var nameSources: String? {
        let tables = tablesOfNames.map { "\($0.path) (\($0.format))" }
        let stored = names.stored > 0 ? ["the database (\(Self.number(names.stored)) species)"] : []
        // A table of species says so itself.
        guard files.contains(where: { $0.dataset != nil }), !(tables + stored).isEmpty else { return nil }
        return "Names of species: from " + (tables + stored).joined(separator: ", then ")
    }

    /// The lines about a file.
    private func describe(_ file: File) -> [String] {
        var line = "\(file.path): \(file.format)"
        if let dataset = file.dataset { line += ", data set \(dataset)" }
        var lines = [line]
        if file.isPassedOver { return lines }
        let detected = [Self.separator(file), Self.encoding(file.encoding), Self.dateOrder(file), Self.thousands(file)]
            .compactMap { $0 }
        if !detected.isEmpty { lines.append("  read as: " + detected.joined(separator: "; ")) }
        if !file.unreadColumns.isEmpty {
            let shown = file.unreadColumns.prefix(Self.mostNamed).map { "\"\(Row.shown($0, atMost: 40))\"" }
            let more = file.unreadColumns.count - shown.count
            lines.append(
                "  not read: \(file.unreadColumns.count == 1 ? "column" : "columns") " + shown.joined(separator: ", ")
                    + (more > 0 ? " and \(Self.number(more)) more" : ""))
        }
        if file.lacksSampling {
            lines.append(
                "  without its sampling events, so zerofill does not know of checklists that have no record here"
            )
        }
        if let first = file.firstAboveHeader {
            lines.append(
                file.rowsAboveHeader == 1
                    ? "  1 row above the header was passed over, on line \(first.line)"
                    : "  \(Self.number(file.rowsAboveHeader)) rows above the header were passed over, first on line "
                        + "\(first.line)")
            lines.append("    \(first.row)")
        }
        if file.dataset != nil, file.records > 0 || file.checklists == 0 {
            lines.append("  \(Self.count(file.records, "record", "records")) read")
        }
        if file.checklists > 0 {
            lines.append(
                file.formatName == Format.archive
                    ? "  \(Self.count(file.checklists, "event", "events")) without birds read"
                    : "  \(Self.count(file.checklists, "checklist", "checklists")) read")
        }
        if file.species > 0 || file.dataset == nil { lines.append("  \(Self.number(file.species)) species read") }
        for (reason, count) in file.leftOut.sorted(by: { $0.key < $1.key }) {
            let first = file.firstLeftOut[reason]
            let line = first.map { count > 1 ? ", first on line \($0.line)" : ", on line \($0.line)" } ?? ""
            lines.append("  \(Self.number(count)) left out: \(reason)\(line)")
            if let first { lines.append("    \(first.row)") }
        }
        for (count, one, many, limit) in [
            (file.cutTexts, "text", "texts", Columns.longestText),
            (file.cutRemarks, "remark", "remarks", Columns.longestRemark),
        ] where count > 0 {
            lines.append("  \(Self.count(count, one, many)) cut to \(Self.number(limit)) bytes")
        }
        if file.cleanedTexts > 0 {
            lines.append(
                "  \(Self.count(file.cleanedTexts, "text", "texts")) with control characters or no-break spaces, which were taken out"
            )
        }
        if file.tooLongDates > 0 {
            lines.append(
                "  \(Self.count(file.tooLongDates, "record", "records")) kept without a date, since the date is an interval "
                    + "of several years")
        }
        if let first = file.firstContradictedDate {
            lines.append(
                "  \(Self.count(file.contradictedDates, "date", "dates")) taken although columns for year, month or day say "
                    + "something else, \(file.contradictedDates == 1 ? "on" : "first on") line \(first.line)")
            lines.append("    \(first.row)")
        }
        if let first = file.firstReversedInterval {
            lines.append(
                file.reversedIntervals == 1
                    ? "  1 date is an interval that ends before it begins, on line \(first.line)"
                    : "  \(Self.number(file.reversedIntervals)) dates are intervals that end before they begin, first on line "
                        + "\(first.line)")
            lines.append("    \(first.row)")
        }
        if file.unreadUncertainties > 0 {
            lines.append(
                file.unreadUncertainties == 1
                    ? "  1 uncertainty of a place left out: it is not a distance in metres"
                    : "  \(Self.number(file.unreadUncertainties)) uncertainties of places left out: they are not distances "
                        + "in metres")
        }
        if let first = file.firstDifferingEvent {
            lines.append(
                file.differingEvents == 1
                    ? "  1 event passed over: it differs from an earlier row with its id, on line \(first.line)"
                    : "  \(Self.number(file.differingEvents)) events passed over: they differ from earlier rows with their "
                        + "ids, first on line \(first.line)")
            lines.append("    \(first.row)")
        }
        if let first = file.firstOrphanEvent {
            lines.append(
                "  \(Self.count(file.orphanEvents, "event", "events")) without a date or place: "
                    + (file.orphanEvents == 1 ? "its parentEventID leads" : "their parentEventID leads")
                    + " to no event, or back to where it began,"
                    + " \(file.orphanEvents == 1 ? "on" : "first on") line \(first.line)")
            lines.append("    \(first.row)")
        }
        for remark in Remark.allCases {
            guard let (count, first) = file.remarks[remark] else { continue }
            lines.append(
                "  \(Self.count(count, remark.words.one, remark.words.more)), "
                    + "\(count == 1 ? "on" : "first on") line \(first.line)")
            lines.append("    \(first.row)")
        }
        if file.rowsInError > 0 { lines.append("  \(Self.count(file.rowsInError, "row", "rows")) in error") }
        return lines
    }

    /// The separator of a file, if it is not the usual one of the format. The header tells it.
    private static func separator(_ file: File) -> String? {
        switch file.unusualSeparator {
        case nil: nil
        case 0x09: "tabs between columns"
        case UInt8(ascii: ","): "commas between columns"
        case UInt8(ascii: ";"): "semicolons between columns"
        case 0x20: "spaces between columns"
        case let other?: "'\(Character(Unicode.Scalar(other)))' between columns"
        }
    }

    /// The encoding and why it was chosen, if it is not UTF-8 without a wrong byte.
    private static func encoding(_ encoding: TextEncoding) -> String? {
        switch encoding.kind {
        case .utf8:
            encoding.replaced == 0
                ? nil : "UTF-8, with \(count(encoding.replaced, "bad byte", "bad bytes")) replaced by U+FFFD"
        case .windows1252: "\(encoding.kind.rawValue), since it is not UTF-8"
        case .utf16LittleEndian, .utf16BigEndian:
            "\(encoding.kind.rawValue), by its byte order mark"
                + (encoding.replaced == 0
                    ? "" : ", with \(count(encoding.replaced, "bad character", "bad characters")) replaced by U+FFFD")
        }
    }

    /// What points mean, if it is not the usual.
    private static func thousands(_ file: File) -> String? {
        file.hasThousands
            ? "points as those of thousands (1.000 is 1,000), since numbers have decimal commas or several points" : nil
    }

    /// The order of day and month, if dates depend on it, and why it was chosen.
    private static func dateOrder(_ file: File) -> String? {
        guard let judged = file.dateOrder else { return nil }
        let order = judged.order == .dayFirst ? "the day first" : "the month first"
        let reason =
            switch judged.reason {
            case .given: ", as --date-order says"
            case .date(let text, let line): ", because of '\(text)' in line \(line)"
            case .columns(let text, let line): ", because of '\(text)' in line \(line), whose own columns tell"
            case .described: ", as meta.xml says"
            case .beside(let path): ", as in \(path)"
            case .rejects: ", as in the file that they are from"
            case .points: ", because of the points in them"
            case .format: ", since no date tells (--date-order overrules)"
            }
        return "dates with \(order)\(reason)"
    }

    /// A number and its noun, such as `1 record` or `1,234 records`.
    public static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(Self.number(number)) \(number == 1 ? one : many)"
    }

    /// A number with commas between groups of three digits.
    public static func number(_ number: Int) -> String {
        var text = ""
        for (position, digit) in String(number).reversed().enumerated() {
            if position > 0, position % 3 == 0, digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}

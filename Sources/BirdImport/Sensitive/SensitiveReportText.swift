import FileSystem

extension SensitiveReport {
    /// The list for a terminal: a line of titles and a line for each entry, those due for review first.
    public func table() -> String {
        if entries.isEmpty { return "The database has no list of sensitive species and places.\n" }
        let sorted = entries.enumerated().sorted { one, other in
            (one.element.review ?? "~", one.offset) < (other.element.review ?? "~", other.offset)
        }.map(\.element)
        return terminalTable(
            ["entry", "shown", "scope", "region", "season", "review", "contact", "reason"],
            sorted.map { entry in
                [
                    entry.name, entry.protection, entry.scope, entry.region ?? "", entry.season ?? "",
                    (entry.review ?? "") + (entry.isOverdue ? " (due)" : ""), entry.contact ?? "", entry.reason ?? "",
                ]
            }, numbers: [])
    }

    /// The report for a terminal.
    public func text() -> String {
        var text = entries.isEmpty && outcome.isEmpty ? table() : ""
        for entry in entries {
            text += terminalLine("\(entry.name): \(entry.protection)\(entry.limits)") + "\n"
            for line in entry.lines { text += terminalLine("  " + line) + "\n" }
        }
        let numbers = [
            (exact, "exactly"), (generalised, "less exactly"), (withoutPlace, "with only region and year"),
            (hidden, "not at all"),
        ].filter { $0.0 > 0 }
        let seen = numbers.map { "\(ImportReport.number($0.0)) \($0.1)" }
        if let last = seen.last {
            let all = seen.count > 1 ? seen.dropLast().joined(separator: ", ") + " and " + last : last
            let records = ImportReport.count(numbers.reduce(0) { $0 + $1.0 }, "record", "records")
            text +=
                "Of \(records), people without the right 'precise' \(isTrial ? "would see" : "see") \(all).\n"
        }
        for (names, what) in [
            (openCodes, "codes of checklists and records"), (openComments, "comments and protocols"),
            (openNames, "names of places"),
        ] where !names.isEmpty && !entries.isEmpty {
            text += terminalLine("They also see the \(what) of \(names.joined(separator: ", "))") + "\n"
        }
        if leavesOutNames {
            text +=
                "They see no names of places, since a hidden record may have given one. To show those of a data set: "
                + "rookery datasets describe NAME --open-names\n"
        }
        if !opened.isEmpty { text += terminalLine(openedText) + "\n" }
        if !outcome.isEmpty { text += outcome + "\n" }
        return text
    }

    /// What is shown more exactly than until now.
    private var openedText: String {
        let records = opened.reduce(0) { $0 + $1.records }
        let named = opened.prefix(Self.mostNamed).map { "\($0.species) (\(ImportReport.number($0.records)))" }
        let verb = isTrial ? "would be" : records == 1 ? "is" : "are"
        return
            "Warning: \(ImportReport.count(records, "record", "records")) \(verb) shown more exactly than until now: "
            + named.joined(separator: ", ") + (opened.count > Self.mostNamed ? ", …" : "")
    }

    /// The most species that a line names.
    private static let mostNamed = 8
}

extension SensitiveReport.Entry {
    /// Where and when it counts.
    fileprivate var limits: String {
        [region.map { "in \($0)" }, season.map { "\($0)" }].compactMap { $0 }.map { ", " + $0 }.joined()
    }

    fileprivate var lines: [String] {
        func count(_ number: Int, _ one: String, _ many: String) -> String { ImportReport.count(number, one, many) }
        func records(_ number: Int) -> String { count(number, "record", "records") }
        var lines: [String] = []
        if !species.isEmpty {
            let more = species.count - 8
            lines.append(
                "covers " + species.prefix(8).joined(separator: ", ") + (more > 0 ? " and \(more) more" : ""))
        }
        if self.records == 0 {
            lines.append(
                "matches no record, so it protects nothing yet"
                    + (region == nil && season == nil ? "" : ": check its region and its time of the year"))
        } else {
            var matches = "matches \(records(self.records)) at \(count(places, "place", "places"))"
            if let cells { matches += " in \(count(cells, "cell", "cells"))" }
            if placesWithoutPoint > 0 {
                matches +=
                    "; \(count(placesWithoutPoint, "place has", "places have")) no coordinates and will not be shown"
            }
            lines.append(matches)
        }
        if cells != nil, others > 0 {
            lines.append(
                "\(count(others, "other record", "other records")) with them \(others == 1 ? "becomes" : "become") less exact too"
            )
        }
        if thinCells > 0 {
            lines.append(
                "\(count(thinCells, "cell has", "cells have")) fewer than three places, so that a reader may guess the right one; "
                    + "larger cells hide more")
        }
        if let leftOpen, leftOpen > 0 {
            lines.append(
                "scope \(scope) leaves \(count(leftOpen, "record", "records")) of these cells exact: the place that is missing on "
                    + "the same day may be the one; scope cell would make them less exact too")
        }
        if openUntilNow > 0 {
            lines.append(
                "\(count(openUntilNow, "of its records", "of its records")) could be read exactly until now"
                    + (openSince.map { ", at least since \($0.prefix(10))" } ?? ""))
        }
        if !alike.isEmpty {
            let named = alike.map { "'\(Row.shown($0.name, atMost: 60))' (\(records($0.records)))" }
            let isOne = alike.count == 1
            lines.append(
                "not covered, but alike: \(named.joined(separator: ", "))"
                    + (moreAlike > 0 ? " and \(ImportReport.number(moreAlike)) more" : "")
                    + "; if \(isOne ? "it is" : "they are") the same bird, give the list a line for "
                    + (isOne ? "it" : "each"))
        }
        if isOverdue, let review { lines.append("was due for review on \(review); it stays in force") }
        return lines
    }
}

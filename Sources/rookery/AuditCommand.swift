import API
import ArgumentParser
import BirdImport
import Birds
import FileSystem
import Glibc

/// `rookery audit`: sums up what `rookery serve --audit` wrote.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Sum up audit files: who took how many records, and when.",
        discussion: """
            Lines that are not lines of an audit are named on the standard error, and do not count. The exit status is \
            then 1.
            """)

    @Argument(
        help: ArgumentHelp(
            "Files of 'serve --audit', also compressed with gzip; - for the standard input.", valueName: "file"))
    var files: [String]

    @Option(help: .setting("The first day that counts, such as 2026-01-31, in UTC.", "ROOKERY_SINCE", name: "date"))
    var since: String?

    @Option(help: .setting("The last day that counts.", "ROOKERY_UNTIL", name: "date"))
    var until: String?

    @Flag(help: .setting("Write CSV.", "ROOKERY_CSV", default: "no"))
    var csv = false

    /// How many lines of each file are named that are not lines of an audit.
    private static let mostNamed = 10

    func run() throws {
        let first = try date(since, "ROOKERY_SINCE", "since")
        let last = try date(until, "ROOKERY_UNTIL", "until")
        if let first, let last, first.prefix(last.count) > last.prefix(first.count) {
            throw Failure.usage("--since \(first) is later than --until \(last)")
        }
        var summary = AuditSummary(since: first, until: last)
        let asCSV = try setting(flag: csv, "ROOKERY_CSV")
        var beginnings: [[UInt8]: String] = [:]
        var bad = 0
        for file in files { bad += try add(file, to: &summary, &beginnings) }
        print(asCSV ? summary.csv : AuditCommand.table(summary.rows), terminator: "")
        // The messages say why.
        if bad > 0 { throw ExitCode(1) }
    }

    private func date(_ given: String?, _ variable: String, _ option: String) throws -> String? {
        guard let text = try setting(given, variable) else { return nil }
        guard PartialDate(iso: text) != nil else {
            throw Failure.usage("--\(option): '\(text)' is not a date, such as 2026-01-31 or 2026-01")
        }
        return text
    }

    /// - Parameter beginnings: The first answers of the files so far, with their paths. A file that is given once more,
    ///   perhaps compressed, would count twice.
    /// - Returns: How many lines do not count.
    private func add(
        _ path: String, to summary: inout AuditSummary, _ beginnings: inout [[UInt8]: String]
    ) throws -> Int {
        var (number, bad, isBeginning) = (0, 0, true)
        var same: String?
        do throws(AuditReader.Fault) {
            var reader = try AuditReader(path: path)
            while same == nil, let line = try reader.next() {
                number += 1
                do throws(AuditSummary.Fault) {
                    if line.isTooLong { throw .tooLong }
                    let isAnswer = try summary.add(line.bytes, isWhole: line.isWhole)
                    if isAnswer, isBeginning {
                        isBeginning = false
                        if let other = beginnings.updateValue(path, forKey: line.bytes) { same = other }
                    }
                } catch {
                    bad += 1
                    if bad <= AuditCommand.mostNamed { complain("\(path), line \(number) \(error.message)") }
                }
            }
        } catch {
            throw Failure.usage("\(path) can't be read\(number > 0 ? " after line \(number)" : ""): \(error.reason)")
        }
        if let same {
            throw Failure.usage(
                "\(path) begins with the same answer as \(same), and would count twice; give one of them")
        }
        if bad > 0 { complain("\(path): \(ImportReport.count(bad, "line does", "lines do")) not count") }
        return bad
    }

    private static func table(_ rows: [AuditSummary.Row]) -> String {
        let cells = rows.map { row in
            [
                shortened(row.person), shortened(row.claimedName ?? ""), ImportReport.number(row.requests),
                ImportReport.number(row.records),
                ImportReport.number(row.bytes), seconds(row.first), seconds(row.last),
            ]
        }
        return terminalTable(
            ["person", "claimed name", "requests", "records", "bytes", "first", "last"], cells, numbers: [2, 3, 4])
    }

    /// A name as it is in the table, so that a long one does not widen all its lines. CSV has the whole name.
    private static func shortened(_ name: String) -> String {
        let scalars = terminalLine(name).unicodeScalars
        return scalars.count <= longestName ? name : String(scalars.prefix(longestName - 1)) + "…"
    }

    /// The longest name in the table, in Unicode scalars.
    private static let longestName = 40

    /// A time without its milliseconds.
    private static func seconds(_ time: String) -> String { time.prefix(19) + "Z" }
}

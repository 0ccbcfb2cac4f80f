import ArgumentParser
import BirdImport
import Birds
import FileSystem
import Glibc

/// `rookery import`: imports files into the database. The work is done by `Importer`; here are the options, the
/// progress line and the exit status.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import files into a database.",
        discussion: """
            Each file becomes a data set with the name of the file, and replaces an earlier one of that name; --append \
            adds to it instead. Species tables give names to the codes in records. The order of the files does not matter, \
            but of two taxonomies the last one decides.

            Either all files are stored or none, and a running server picks up the new state at once. A row with an error \
            stops the import and nothing is stored, unless --skip-errors is given.

            A table of your own needs the columns loc_id, latitude, longitude, region, year, month, day, species_id and \
            num; date may replace year, month and day. It may have others that answers have, such as time, comments and \
            source_id. Or it has the terms of Darwin Core, such as scientificName and eventDate.

            Exit status: 0 if the files were imported; 1 if rows have errors, the import failed, or a file of --rejects or \
            --report can't be written; 2 if a file can't be read, an option makes no sense, or the import is refused.
            """)

    @Argument(help: "The files: text with columns or SQLite, also in .gz, .zip or .tar.", completion: .file())
    var files: [String]

    @Option(
        help: .setting(
            "The database; created if it is missing.", "ROOKERY_DATABASE", default: "birds.db", name: "file"))
    var database: String?

    @Option(
        help: .setting(
            "The data set for all the files.", "ROOKERY_DATASET", default: "each file's name without extension",
            name: "name"))
    var dataset: String?

    @Flag(help: .setting("Add to the data set instead of replacing it.", "ROOKERY_APPEND", default: "no"))
    var append = false

    @Option(
        help: .setting(
            "The format of the files: \(Importer.formats.joined(separator: ", ")).", "ROOKERY_FORMAT",
            default: "detected", name: "name"))
    var format: String?

    @Option(
        help: .setting(
            "The order in dates such as 03/02/2021: \(DateOrder.allCases.map(\.rawValue).joined(separator: ", ")).",
            "ROOKERY_DATE_ORDER", default: "judged by all dates of a file", name: "order"),
        completion: .list(DateOrder.allCases.map(\.rawValue)))
    var dateOrder: String?

    @Option(
        help: .setting(
            "The date of recordings whose names have none (BirdNET-Analyzer), such as 2021-02-03.", "ROOKERY_DATE",
            name: "date"))
    var date: String?

    // A negative number is not an option. These are texts, and so is the order of dates, so that the file of --report
    // also says that they can't be used.
    @Option(
        parsing: .unconditional,
        help: .setting(
            "The latitude of detections without a place (BirdNET), in degrees.", "ROOKERY_LATITUDE", name: "degrees"))
    var latitude: String?

    @Option(
        parsing: .unconditional,
        help: .setting(
            "The longitude of detections without a place (BirdNET), in degrees.", "ROOKERY_LONGITUDE", name: "degrees"))
    var longitude: String?

    @Flag(
        help: .setting(
            "Keep records that did not pass review.", "ROOKERY_INCLUDE_INVALID", default: "no"))
    var includeInvalid = false

    @Flag(help: .setting("Store the other rows if some have errors.", "ROOKERY_SKIP_ERRORS", default: "no"))
    var skipErrors = false

    @Option(help: .setting("A CSV file to write every row with an error to.", "ROOKERY_REJECTS", name: "file"))
    var rejects: String?

    @Option(
        help: .setting("A JSON file to write the whole report to, for programs.", "ROOKERY_REPORT", name: "file"))
    var report: String?

    @Option(
        help: .setting(
            "A CSV file with the sensitive species and places, in place of the list of the database.",
            "ROOKERY_SENSITIVE", name: "file"))
    var sensitive: String?

    @Flag(
        help: .setting(
            "Import even if the list of sensitive species and places then protects less.", "ROOKERY_ACCEPT_UNPROTECTED",
            default: "no"))
    var acceptUnprotected = false

    @Flag(help: .setting("Do everything except change the database.", "ROOKERY_DRY_RUN", default: "no"))
    var dryRun = false

    @Option(help: .setting("Where the records come from, kept with the data set.", "ROOKERY_SOURCE", name: "text"))
    var source: String?

    @Option(help: .setting("Their licence, kept with the data set.", "ROOKERY_LICENCE", name: "text"))
    var licence: String?

    @Option(help: .setting("How to cite them, kept with the data set.", "ROOKERY_CITATION", name: "text"))
    var citation: String?

    func run() throws {
        let path = try setting(database, "ROOKERY_DATABASE") ?? "birds.db"
        var options = ImportOptions(files: files, database: path)
        options.waitsForClock = true
        /// A setting; nil if it can't be used, for which the importer then refuses the import.
        func checked<Value>(_ read: () throws -> Value?) -> Value? {
            do {
                return try read()
            } catch {
                options.refusal = options.refusal ?? "\(error)"
                return nil
            }
        }
        options.sourceDate = checked { try sourceDate() }
        options.dataset = try setting(dataset, "ROOKERY_DATASET")
        options.append = checked { try setting(flag: append, "ROOKERY_APPEND") } ?? false
        options.format = try setting(format, "ROOKERY_FORMAT")
        options.dateOrder = checked {
            try setting(dateOrder, "ROOKERY_DATE_ORDER").map { text in
                if let order = DateOrder(rawValue: text) { return order }
                let orders = DateOrder.allCases.map(\.rawValue).joined(separator: " or ")
                throw ValidationError("--date-order takes \(orders).")
            }
        }
        options.date = try setting(date, "ROOKERY_DATE")
        // The importer refuses what is no number on Earth.
        options.latitude = try setting(latitude, "ROOKERY_LATITUDE").map { Double($0) ?? .nan }
        options.longitude = try setting(longitude, "ROOKERY_LONGITUDE").map { Double($0) ?? .nan }
        options.includeInvalid = checked { try setting(flag: includeInvalid, "ROOKERY_INCLUDE_INVALID") } ?? false
        options.skipErrors = checked { try setting(flag: skipErrors, "ROOKERY_SKIP_ERRORS") } ?? false
        options.rejects = try setting(rejects, "ROOKERY_REJECTS")
        options.report = try setting(report, "ROOKERY_REPORT")
        options.sensitive = try setting(sensitive, "ROOKERY_SENSITIVE")
        options.acceptsUnprotected =
            checked { try setting(flag: acceptUnprotected, "ROOKERY_ACCEPT_UNPROTECTED") } ?? false
        options.dryRun = checked { try setting(flag: dryRun, "ROOKERY_DRY_RUN") } ?? false
        options.source = try setting(source, "ROOKERY_SOURCE")
        options.licence = try setting(licence, "ROOKERY_LICENCE")
        options.citation = try setting(citation, "ROOKERY_CITATION")
        prepareToWrite(beside: path)

        var line = ProgressLine()
        let report: ImportReport
        do throws(ChangeError) {
            report = try Importer.run(options) { line.show($0) }
        } catch {
            line.clear()
            throw Failure(error)
        }
        line.clear()
        if report.usesStandardOutput {
            _ = writeAll(report.text.utf8, to: STDERR_FILENO)
        } else {
            print(report.text, terminator: "")
        }
        if !report.unwritten.isEmpty {
            throw Failure.work(report.unwritten.map(terminalLine).joined(separator: "\nrookery: "))
        }
        if report.isStored { return }
        // The report says why.
        throw ExitCode(1)
    }
}

/// Prepares the process for changing a database. A pipe whose reader has ended becomes an error to report, not a signal
/// that kills the process. SQLite's temporary files go to the folder of the database, since the system's folder for
/// them may be small or in memory; SQLITE_TMPDIR is kept if it is set.
func prepareToWrite(beside path: String) {
    signal(SIGPIPE, SIG_IGN)
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    setenv("SQLITE_TMPDIR", folder, 0)
}

extension Failure {
    /// Status 2 for an import that was refused as given, 1 for one that failed.
    init(_ error: ChangeError) {
        switch error.kind {
        case .refused: self = .usage(terminalLine(error.message))
        case .failed: self = .work(terminalLine(error.message))
        case .notByRoot(let remedy):
            let lines = OtherAccount.lines(for: remedy).map { "\n  \($0)" }
            self = .usage(terminalLine(error.message) + lines.joined())
        }
    }
}

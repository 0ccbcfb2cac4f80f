import ArgumentParser
import BirdImport
import FileSystem
import Glibc

/// `rookery sensitive`: the list of sensitive species and places of a database.
struct SensitiveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sensitive",
        abstract: "Protect the places of species that need it.",
        discussion: """
            A list is a CSV file with a header. Each line names a species (a code or a name) or a location (a loc_id), and \
            what is shown to people without the right 'precise': category 0 hides its records, 1 shows only region and year, \
            and 2, 3 and 4 show a cell of 0.1, 0.01 or 0.001 degrees; precision gives another size in degrees. Everything \
            in such a cell is shown less exactly, whatever species and day, so that nothing that is missing tells. Other \
            columns: scope (cell, place or checklist), region, from and to (such as 03-01), reason, review (a date) and \
            contact.

            Exit status: 0; 1 if a change failed, or is stored while some program still reads the file as it was; 2 if a list \
            or an option makes no sense.
            """,
        subcommands: [Import.self, List.self, Check.self, Remove.self])

    struct DatabaseOption: ParsableArguments {
        @Option(help: .setting("The database.", "ROOKERY_DATABASE", default: "birds.db", name: "file"))
        var database: String?

        func path() throws -> String { try setting(database, "ROOKERY_DATABASE") ?? "birds.db" }
    }

    /// Runs a change of the list, and prints what it protects.
    private static func change(
        _ path: String, dryRun: Bool,
        _ body: (SensitiveList.Options, (LostAccess) -> Void) throws(ChangeError) -> SensitiveReport
    ) throws {
        var options = SensitiveList.Options()
        (options.dryRun, options.waitsForClock) = (dryRun, true)
        options.now = try sourceDate() ?? time(nil)
        prepareToWrite(beside: path)
        let report: SensitiveReport
        do throws(ChangeError) {
            report = try body(options) { warn($0.warning) }
        } catch {
            throw Failure(error)
        }
        print(report.text(), terminator: "")
        if report.hasReaders { throw ExitCode(1) }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Give a database a list, in place of the one that it has.")

        @Argument(help: "The list, a CSV file.", completion: .file()) var file: String
        @OptionGroup var database: DatabaseOption
        @Flag(help: .setting("Show what the list would do, and change nothing.", "ROOKERY_DRY_RUN", default: "no"))
        var dryRun = false

        func run() throws {
            let path = try database.path()
            try SensitiveCommand.change(path, dryRun: setting(flag: dryRun, "ROOKERY_DRY_RUN")) {
                (options, warn) throws(ChangeError) in
                try SensitiveList.replace(with: file, in: path, options, warn: warn)
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Remove the list: everybody then sees exact places.")

        @OptionGroup var database: DatabaseOption
        @Flag(
            help: .setting("Show what everybody would see then, and change nothing.", "ROOKERY_DRY_RUN", default: "no"))
        var dryRun = false

        func run() throws {
            let path = try database.path()
            try SensitiveCommand.change(path, dryRun: setting(flag: dryRun, "ROOKERY_DRY_RUN")) {
                (options, warn) throws(ChangeError) in try SensitiveList.remove(from: path, options, warn: warn)
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show the list, first what is due for review.")

        @OptionGroup var database: DatabaseOption
        @Flag(help: .setting("Write CSV, as 'rookery sensitive import' reads it.", "ROOKERY_CSV", default: "no"))
        var csv = false

        func run() throws {
            let path = try database.path()
            let csv = try setting(flag: csv, "ROOKERY_CSV")
            do throws(ChangeError) {
                print(csv ? try SensitiveList.csv(path) : try SensitiveList.list(path).table(), terminator: "")
            } catch {
                throw Failure(error)
            }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Say what each entry protects, and what it leaves open.")

        @OptionGroup var database: DatabaseOption

        func run() throws {
            let path = try database.path()
            do throws(ChangeError) {
                print(try SensitiveList.check(path).text(), terminator: "")
            } catch {
                throw Failure(error)
            }
        }
    }
}

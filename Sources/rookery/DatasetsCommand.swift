import ArgumentParser
import BirdImport
import Birds
import FileSystem
import Glibc

/// `rookery datasets`: lists the data sets of a database, describes one, and removes one. It works on the file, with or
/// without a server that serves it.
struct DatasetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "datasets",
        abstract: "List the data sets of a database, describe one, or remove it.",
        subcommands: [List.self, Describe.self, Remove.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List the data sets.")

        @Option(help: .setting("The database.", "ROOKERY_DATABASE", default: "birds.db", name: "file"))
        var database: String?

        @Flag(help: .setting("Write JSON.", "ROOKERY_JSON", default: "no"))
        var json = false

        func run() throws {
            let path = try setting(database, "ROOKERY_DATABASE") ?? "birds.db"
            let list: [DataSets.DataSet]
            do throws(ChangeError) {
                list = try DataSets.list(path: path)
            } catch {
                throw Failure(error)
            }
            print(try setting(flag: json, "ROOKERY_JSON") ? DataSets.json(list) : DataSets.table(list), terminator: "")
        }
    }

    struct Describe: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "describe",
            abstract: "Say where a data set comes from, and what people without the right 'precise' see of it.",
            discussion: """
                Where the database has a list of sensitive species and places, people without the right 'precise' see no codes, \
                comments or protocols, since these may name a place, or tell by what is missing. If the list hides records (category 0 or \
                1), they see no names of places either, since a hidden record may have given one. Open them for data sets of which \
                you know that they tell nothing.
                """)

        @Argument(help: "The name of the data set, as in the list.") var name: String
        @Option(help: .setting("The database.", "ROOKERY_DATABASE", default: "birds.db", name: "file"))
        var database: String?
        @Option(help: ArgumentHelp("Where its records come from.", valueName: "text")) var source: String?
        @Option(help: ArgumentHelp("Their licence.", valueName: "text")) var licence: String?
        @Option(help: ArgumentHelp("How to cite them.", valueName: "text")) var citation: String?
        @Flag(inversion: .prefixedNo, help: "Show the codes of its checklists and records to everybody who sees them.")
        var openCodes: Bool?
        @Flag(inversion: .prefixedNo, help: "Show its comments and protocols to everybody who sees its records.")
        var openComments: Bool?
        @Flag(
            inversion: .prefixedNo,
            help: "Show its names of places, also where the list has lines of category 0 or 1.")
        var openNames: Bool?

        func run() throws {
            var description = DataSets.Description()
            (description.source, description.licence, description.citation) = (source, licence, citation)
            (description.opensCodes, description.opensComments, description.opensNames) = (
                openCodes, openComments, openNames
            )
            guard !description.isEmpty else {
                throw Failure.usage(
                    "there is nothing to change: give --licence, --open-codes or another option (see --help)")
            }
            let path = try setting(database, "ROOKERY_DATABASE") ?? "birds.db"
            let now = try sourceDate() ?? time(nil)
            prepareToWrite(beside: path)
            do throws(ChangeError) {
                var summary: SensitiveSummary?
                try DataSets.describe(
                    name: name, description, path: path, now: now, waitsForClock: true,
                    warn: { rookery.warn($0.warning) }, tell: { summary = $0 })
                print(terminalLine("Described: data set \(name)"))
                for line in summary?.lines() ?? [] { print(terminalLine(line)) }
            } catch {
                throw Failure(error)
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove a data set.")

        @Argument(help: "The name of the data set, as in the list.")
        var name: String

        @Option(help: .setting("The database.", "ROOKERY_DATABASE", default: "birds.db", name: "file"))
        var database: String?

        func run() throws {
            let path = try setting(database, "ROOKERY_DATABASE") ?? "birds.db"
            let now = try sourceDate() ?? time(nil)
            prepareToWrite(beside: path)
            do throws(ChangeError) {
                var summary: SensitiveSummary?
                let removed = try DataSets.remove(
                    name: name, path: path, now: now, waitsForClock: true, warn: { rookery.warn($0.warning) },
                    tell: { summary = $0 })
                print(terminalLine("Removed: data set \(name), \(ImportReport.count(removed, "record", "records"))"))
                for line in summary?.lines() ?? [] { print(terminalLine(line)) }
            } catch {
                throw Failure(error)
            }
        }
    }
}

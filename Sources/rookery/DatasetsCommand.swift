import ArgumentParser
import BirdImport
import Birds
import FileSystem
import Glibc

/// `rookery datasets`: lists the data sets of a database, and removes one. It works on the file, with or without a
/// server that serves it.
struct DatasetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "datasets",
        abstract: "List the data sets of a database, or remove one.",
        subcommands: [List.self, Remove.self], defaultSubcommand: List.self)

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
                let removed = try DataSets.remove(name: name, path: path, now: now, waitsForClock: true) { lost in
                    warn(lost.warning)
                }
                print(terminalLine("Removed: data set \(name), \(ImportReport.count(removed, "record", "records"))"))
            } catch {
                throw Failure(error)
            }
        }
    }
}

import ArgumentParser
import BirdImport
import FileSystem
import Glibc

/// `rookery publish`: the general edition of a database as a file of its own.
struct PublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Write a database without exact sensitive places.",
        discussion: """
            The new file has what people without the right 'precise' see: no exact place of anything that the list of \
            sensitive species and places protects, and no codes, comments or list. Serve it on a machine that others can \
            reach, and keep the database itself at home.
            """)

    @Option(help: .setting("The database.", "ROOKERY_DATABASE", default: "birds.db", name: "file"))
    var database: String?

    @Option(help: .setting("The file to write. One that was published before is replaced.", "ROOKERY_TO", name: "file"))
    var to: String?

    func run() throws {
        let path = try setting(database, "ROOKERY_DATABASE") ?? "birds.db"
        guard let target = try setting(to, "ROOKERY_TO") else {
            throw Failure.usage("no file to write is given: use --to")
        }
        let now = try sourceDate() ?? time(nil)
        prepareToWrite(beside: target)
        do throws(ChangeError) {
            let records = try Publication.publish(path, to: target, now: now) { warn($0.warning) }
            print(terminalLine("Published \(ImportReport.count(records, "record", "records")) in \(target)"))
        } catch {
            throw Failure(error)
        }
    }
}

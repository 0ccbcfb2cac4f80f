import ArgumentParser
import Birds
import FileSystem
import Glibc
import People

/// `rookery rights`: what people may see. It works on their file, with or without a server that uses it.
struct RightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rights",
        abstract: "Say what people may see, and until when.",
        discussion: """
            The file has a line for each person: the name, and then what limits them, such as 'regions=CA-YT,US-AK'. The \
            line @users is for people of the users file without a line of their own, @shared for the shared password and \
            @public for a public server. People without any of these have no rights. A running server takes up a change when \
            it gets SIGHUP.
            """,
        subcommands: [SetLine.self, Remove.self, Show.self, Check.self])

    /// The file of rights, and that of the people, for warnings.
    struct Files: ParsableArguments {
        @Option(help: .setting("The file of rights.", "ROOKERY_RIGHTS", name: "file"))
        var rights: String?

        @Option(
            help: .setting("The file of people, to warn of names that are not in it.", "ROOKERY_USERS", name: "file"))
        var users: String?

        func path() throws -> String {
            guard let path = try setting(rights, "ROOKERY_RIGHTS") else {
                throw Failure.usage("no file of rights is given: use --rights or ROOKERY_RIGHTS")
            }
            return path
        }

        func read() throws -> RightsFile { try PeopleFile.rights(path(), othersMay: .everything).read() }

        /// Whether somebody is a person whom the users file lacks. False for a group, and if no users file is given.
        func isStranger(_ name: String) throws -> Bool {
            guard name.unicodeScalars.first != "@", let path = try setting(users, "ROOKERY_USERS") else { return false }
            return try !(fileExists(path) && isPerson(name, in: path))
        }
    }

    /// Changes the line of somebody, and says so.
    /// - Parameter warnings: What the change is to be warned of.
    static func apply(
        _ change: RightsChange, of name: String, to path: String, done: String,
        warnings: (RightsChange.Outcome) -> [String] = { _ in [] }
    ) throws {
        try changePeople(.rights(path, othersMay: .reading, account: .owner), done: done) {
            (path) throws(ChangeError) in
            let outcome = try change.apply(toFile: path)
            return PeopleChange(
                lost: outcome.lost,
                details: ["Before: \(outcome.old.inWords(name)).", "Now: \(outcome.new.inWords(name))."],
                warnings: warnings(outcome))
        }
    }

    struct SetLine: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Give somebody these rights in place of those that they have.")

        @Argument(help: "The name of a person, or @users, @shared or @public.") var name: String
        @Argument(
            help: """
                Which records: regions=CA-YT,US-AK or datasets=atlas or both, all for all records, or none. And any of: \
                precise (exact places, where the database also has general ones) or precise-regions=CA-YT,US or \
                precise-datasets=atlas or both, metrics, expires=2027-01-31 (the last day, in UTC).
                """)
        var words: [String] = []
        @Flag(help: "Let go of limits that they have now and that are not given again.") var dropLimits = false
        @OptionGroup var files: Files

        func run() throws {
            let change: RightsChange
            do throws(ChangeError) {
                change = try .set(name, words: words, dropsLimits: dropLimits)
            } catch {
                throw Failure(error)
            }
            let isStranger = try files.isStranger(name)
            try RightsCommand.apply(change, of: name, to: files.path(), done: "Set the rights of \(name)") { outcome in
                var warnings: [String] = []
                if isStranger {
                    warnings.append("Warning: \(name) is not in the users file; 'rookery users add' adds people.")
                }
                if outcome.new.entry(of: name)?.haveEnded(at: Int64(time(nil))) == true {
                    warnings.append("Warning: the last day of these rights is over.")
                }
                return warnings
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Remove the line of a person or a group.")

        @Argument(help: "The name on the line.") var name: String
        @OptionGroup var files: Files

        func run() throws {
            let isStranger = try files.isStranger(name)
            try RightsCommand.apply(.remove(name), of: name, to: files.path(), done: "Removed the rights of \(name)") {
                !isStranger && $0.old.showsMore(without: name)
                    ? [
                        "Warning: \(name) has the rights of @users now, which show more. To shut \(name) out, use 'rookery "
                            + "users remove', or 'rookery rights set' with the word none."
                    ] : []
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show all lines, or what a person may see.")

        @Argument(help: "The name of a person, or @users, @shared or @public.") var name: String?
        @OptionGroup var files: Files

        func run() throws {
            let file = try files.read()
            guard let name else {
                for entry in file.entries { print(terminalLine(entry.text)) }
                return
            }
            if try files.isStranger(name) { warn("Warning: \(name) is not in the users file, and can't log in.") }
            let group = name.unicodeScalars.first == "@" ? nil : file.entry(of: RightsFile.Group.users.rawValue)
            guard let entry = file.entry(of: name) ?? group else {
                print(terminalLine("\(name) has no rights."))
                return
            }
            print(terminalLine(entry.text))
            if entry.haveEnded(at: Int64(time(nil))) { warn("These rights have expired.") }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Say whether a server would take the file, and which lines are wrong.")

        @OptionGroup var files: Files
        @OptionGroup var permissions: PermissionsOption
        @Option(
            help: .setting(
                "The database, to warn of data sets and regions that it does not have.", "ROOKERY_DATABASE",
                name: "file"))
        var database: String?

        func run() throws {
            let file = try files.read()
            let entries = file.entries
            let path = try files.path()
            _ = try PeopleFile.rights(path, othersMay: permissions.othersMay(), account: .owner).read()
            for (line, text) in file.commentedWords { warn("Warning: \(path), line \(line): \(text).") }
            if let users = try setting(files.users, "ROOKERY_USERS") {
                let names = Set(try PeopleFile.users(users, othersMay: .everything).read().users.map(\.name))
                for entry in entries where !entry.isGroup && !names.contains(entry.name) {
                    warn("Warning: \(path), line \(entry.line): '\(entry.name)' is not in the users file.")
                }
            }
            if let database = try setting(database, "ROOKERY_DATABASE") {
                do throws(StoreError) {
                    for (line, text) in try unknownNames(file, database: database) {
                        warn("Warning: \(path), line \(line): \(text).")
                    }
                } catch {
                    throw Failure.usage(error.sentence)
                }
            }
            print(terminalLine("\(path) is right: \(entries.count == 1 ? "1 line" : "\(entries.count) lines")."))
        }
    }
}

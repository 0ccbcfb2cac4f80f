import ArgumentParser
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
            guard !name.hasPrefix("@"), let path = try setting(users, "ROOKERY_USERS") else { return false }
            return !UsersChange.hasPerson(name, file: path)
        }
    }

    /// Changes a file, and says so.
    static func apply(_ change: RightsChange, to path: String, done: String) throws {
        try changePeople(path, done: done) { (path) throws(ChangeError) in try change.apply(toFile: path) }
    }

    struct SetLine: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Give somebody these rights in place of those that they have.")

        @Argument(help: "The name of a person, or @users, @shared or @public.") var name: String
        @Argument(
            help: """
                Any of: metrics, regions=CA-YT,US-AK, datasets=atlas, expires=2027-01-31 (the last day, in UTC). Without \
                regions and datasets, they see all records.
                """)
        var words: [String] = []
        @OptionGroup var files: Files

        func run() throws {
            let change: RightsChange
            do throws(ChangeError) {
                change = try .set(name, words: words)
            } catch {
                throw Failure(error)
            }
            try RightsCommand.apply(change, to: files.path(), done: "Set the rights of \(name)")
            if try files.isStranger(name) {
                warn("Warning: \(name) is not in the users file; 'rookery users add' adds people.")
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Remove the line of a person or a group.")

        @Argument(help: "The name on the line.") var name: String
        @OptionGroup var files: Files

        func run() throws {
            let before = try? files.read()
            try RightsCommand.apply(.remove(name), to: files.path(), done: "Removed the rights of \(name)")
            if let before, before.showsMore(without: name), try !files.isStranger(name) {
                warn(
                    "Warning: \(name) has the rights of @users now, which show more. To shut \(name) out, use 'rookery users "
                        + "remove'.")
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
            let group = name.hasPrefix("@") ? nil : file.entry(of: RightsFile.Group.users.rawValue)
            guard let entry = file.entry(of: name) ?? group else {
                print(terminalLine("\(name) has no rights."))
                return
            }
            print(terminalLine(entry.text))
            if entry.rights.haveEnded(at: Int64(time(nil))) { warn("These rights have expired.") }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Say whether a server would take the file, and which lines are wrong.")

        @OptionGroup var files: Files

        func run() throws {
            let entries = try files.read().entries
            let path = try files.path()
            _ = try PeopleFile.rights(path, othersMay: .nothing).read()
            if let users = try setting(files.users, "ROOKERY_USERS") {
                let names = Set(try PeopleFile.users(users, othersMay: .everything).read().users.map(\.name))
                for entry in entries where !entry.isGroup && !names.contains(entry.name) {
                    warn("Warning: \(path), line \(entry.line): '\(entry.name)' is not in the users file.")
                }
            }
            print(terminalLine("\(path) is right: \(entries.count == 1 ? "1 line" : "\(entries.count) lines")."))
        }
    }
}

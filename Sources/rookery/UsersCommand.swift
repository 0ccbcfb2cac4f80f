import ArgumentParser
import FileSystem
import People

/// `rookery users`: the people who may log in. It works on their file, with or without a server that uses it.
struct UsersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "Add people who may log in, change their passwords, and remove them.",
        discussion: """
            The file has the format of htpasswd, so that Apache and nginx can use it too. A running server takes up a \
            change when it gets SIGHUP.
            """,
        subcommands: [Add.self, Passwd.self, Remove.self, List.self, Check.self])

    /// The file of people.
    struct File: ParsableArguments {
        @Option(help: .setting("The file of people.", "ROOKERY_USERS", name: "file"))
        var users: String?

        func path() throws -> String {
            guard let path = try setting(users, "ROOKERY_USERS") else {
                throw Failure.usage("no file of people is given: use --users or ROOKERY_USERS")
            }
            return path
        }

        func read() throws -> UsersFile { try PeopleFile.users(path(), othersMay: .everything).read() }

        /// Changes the file, and says so.
        func apply(_ change: UsersChange, done: String) throws {
            try changePeople(.users(path(), othersMay: .reading, account: .owner), done: done) {
                (path) throws(ChangeError) in
                PeopleChange(lost: try change.apply(toFile: path))
            }
        }
    }

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add somebody; the password is asked for, or read from the standard input.")

        @Argument(help: "The name to log in with.") var name: String
        @OptionGroup var file: File
        @Option(help: .setting("The file of rights, to warn of a line for that name.", "ROOKERY_RIGHTS", name: "file"))
        var rights: String?

        func run() throws {
            if let fault = UsersFile.fault(inName: name) { throw Failure.usage(fault) }
            // Before a password is asked for in vain.
            let path = try file.path()
            if try fileExists(path) && isPerson(name, in: path) {
                throw Failure.usage("\(name) is in \(path) already; change the password with 'rookery users passwd'")
            }
            let rightsPath = try setting(rights, "ROOKERY_RIGHTS")
            let hasRights = try rightsPath.map { try fileExists($0) && hasLine(name, in: $0) }
            try file.apply(.add(name, try newHash(for: name)), done: "Added \(name)")
            if let rightsPath, hasRights == true {
                warn(
                    "Warning: \(rightsPath) has a line for \(name) already, which counts: see '"
                        + shellLine(["rookery", "rights", "show", name, "--rights", rightsPath]) + "'.")
            } else if rightsPath == nil {
                warn(
                    "If the server has a file of rights, an earlier line for \(name) counts: see '"
                        + shellLine(["rookery", "rights", "show", name, "--rights", "FILE"]) + "'.")
            }
        }
    }

    struct Passwd: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "passwd",
            abstract: "Change a password; the new one is asked for, or read from the standard input.")

        @Argument(help: "The name of somebody in the file.") var name: String
        @OptionGroup var file: File

        func run() throws {
            let path = try file.path()
            guard try isPerson(name, in: path) else {
                throw Failure.usage("\(name) is not in \(path); 'rookery users list' shows who is")
            }
            try file.apply(.setPassword(name, try newHash(for: name)), done: "Changed the password of \(name)")
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove somebody.")

        @Argument(help: "The name of somebody in the file.") var name: String
        @OptionGroup var file: File
        @Option(help: .setting("The file of rights, to remove their line there too.", "ROOKERY_RIGHTS", name: "file"))
        var rights: String?

        func run() throws {
            let path = try setting(rights, "ROOKERY_RIGHTS")
            if let path, try !isPerson(name, in: file.path()), (try? hasLine(name, in: path)) == true {
                throw Failure.usage(
                    "\(name) is not in \(try file.path()), and has a line in \(path); \(Self.advice(name, path))")
            }
            // The login comes first: whatever is wrong with the other file, nobody must stay logged in. If no server
            // takes this up, since another line is wrong, the command ends here.
            try file.apply(.remove(name), done: "Removed \(name)")
            guard let path else {
                warn(
                    "If the server has a file of rights, a line for \(name) is still there, and counts for anybody who is "
                        + "added with that name: see '"
                        + shellLine(["rookery", "rights", "remove", name, "--rights", "FILE"]) + "'.")
                return
            }
            do {
                guard try hasLine(name, in: path) else { return }
                let file = PeopleFile.rights(path, othersMay: .reading, account: .owner)
                try changePeople(file, done: "Removed the rights of \(name)") { (path) throws(ChangeError) in
                    PeopleChange(lost: try RightsChange.remove(name).apply(toFile: path).lost)
                }
            } catch let failure as Failure {
                if (try? hasLine(name, in: path)) == false { throw failure }
                throw Failure.work(
                    "\(failure.message)\nA line of rights for \(name) may be left. When the file is mended, \(Self.advice(name, path))"
                )
            }
        }

        /// What removes a line of rights that is left.
        private static func advice(_ name: String, _ path: String) -> String {
            "run '" + shellLine(["rookery", "rights", "remove", name, "--rights", path]) + "'"
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List the names in the file.")

        @OptionGroup var file: File

        func run() throws {
            for user in try file.read().users { print(terminalLine(user.name)) }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Say whether a server would take the file, and which lines are wrong.")

        @OptionGroup var file: File
        @OptionGroup var permissions: PermissionsOption

        func run() throws {
            let count = try file.read().users.count
            let path = try file.path()
            _ = try PeopleFile.users(path, othersMay: permissions.othersMay(), account: .owner).read()
            print(terminalLine("\(path) is right: \(count == 1 ? "1 person" : "\(count) people") may log in."))
        }
    }
}

/// Whether somebody has a line in a rights file.
private func hasLine(_ name: String, in path: String) throws -> Bool {
    do throws(SecretFile.Fault) {
        return try RightsChange.hasLine(name, file: path)
    } catch {
        throw Failure.usage(error.message)
    }
}

/// The hash of a new password that keeps the rules.
private func newHash(for name: String) throws -> PasswordHash {
    let password = try PasswordPrompt.read(for: name)
    if let fault = NewPassword.fault(in: password, of: name) {
        throw Failure.usage(String(fault.first?.lowercased() ?? "") + fault.dropFirst().dropLast())
    }
    guard let hash = PasswordHash.of(Array(password.utf8)) else {
        throw Failure.work("this system can't make a bcrypt hash")
    }
    return hash
}

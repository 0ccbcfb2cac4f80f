import API
import ArgumentParser
import Logging
import People

/// The people who may log in.
struct PeopleOptions: ParsableArguments {
    @Option(
        help: .setting(
            "The people who may log in, each with a password of their own, in the format of htpasswd. SIGHUP reads it again.",
            "ROOKERY_USERS", default: "nobody", name: "file"))
    var users: String?

    @Flag(
        help: .setting(
            "Take a file of --users that other accounts of this machine can read.", "ROOKERY_INSECURE_PERMISSIONS",
            default: "no"))
    var insecurePermissions = false

    /// The users file; nil if none is given.
    func file() throws -> PeopleFile? {
        guard let path = try setting(users, "ROOKERY_USERS") else { return nil }
        return PeopleFile(
            path: path, isChecked: try !setting(flag: insecurePermissions, "ROOKERY_INSECURE_PERMISSIONS"))
    }
}

/// A users file on disk.
struct PeopleFile {
    let path: String
    /// Whether it is refused where other accounts can read it.
    let isChecked: Bool

    /// Reads it. Any mistake in it keeps the server from starting.
    func read() throws -> UsersFile {
        do {
            return try load()
        } catch {
            throw Failure.usage(error.message)
        }
    }

    /// Takes up the file as it is now. A bad one is logged, and the people stay as they are.
    func reload(into accounts: Accounts, _ logger: Logger) {
        do {
            let file = try load()
            accounts.replace(users: file)
            logger.notice("\(path) was read again: \(file.users.count) people may log in")
        } catch {
            for line in error.message.split(separator: "\n") { logger.error("\(line)") }
            logger.error("\(path) was not taken up: the people stay as they were")
        }
    }

    private func load() throws(SecretFile.Fault) -> UsersFile {
        let bytes = try SecretFile.read(path, isChecked: isChecked)
        do throws(FileFault) {
            return try UsersFile(bytes)
        } catch {
            throw SecretFile.Fault(message: error.message(path: path))
        }
    }
}

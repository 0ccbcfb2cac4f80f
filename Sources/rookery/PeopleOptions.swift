import API
import ArgumentParser
import Birds
import FileSystem
import Glibc
import Logging
import People

/// The people who may log in, and what they may see.
struct PeopleOptions: ParsableArguments {
    @Option(
        help: .setting(
            "The people who may log in, each with a password of their own, in the format of htpasswd. SIGHUP reads it again.",
            "ROOKERY_USERS", default: "nobody", name: "file"))
    var users: String?

    @Option(
        help: .setting(
            "What each person may see, by region and data set, and until when. SIGHUP reads it again.",
            "ROOKERY_RIGHTS", default: "everybody who is served sees everything but protected places", name: "file"))
    var rights: String?

    @OptionGroup var permissions: PermissionsOption

    func files() throws -> PeopleFiles {
        let othersMay = try permissions.othersMay()
        return PeopleFiles(
            users: try setting(users, "ROOKERY_USERS").map { .users($0, othersMay: othersMay) },
            rights: try setting(rights, "ROOKERY_RIGHTS").map { .rights($0, othersMay: othersMay) })
    }
}

/// Which files of people a server takes.
struct PermissionsOption: ParsableArguments {
    @Flag(
        help: .setting(
            "Take files of --users and --rights that other accounts of this machine can read, and, like that of --password-file, in folders that every account can write to.",
            "ROOKERY_INSECURE_PERMISSIONS", default: "no"))
    var insecurePermissions = false

    func othersMay() throws -> SecretFile.Others {
        try setting(flag: insecurePermissions, "ROOKERY_INSECURE_PERMISSIONS") ? .reading : .nothing
    }
}

/// A file of people or of rights on disk, or that of the shared password.
struct PeopleFile<Content> {
    let path: String
    let load: () throws(SecretFile.Fault) -> Content

    /// Reads it. Any mistake in it keeps the server from starting.
    func read() throws -> Content {
        do throws(SecretFile.Fault) {
            return try load()
        } catch {
            throw Failure.usage(error.message)
        }
    }

    /// - Parameter othersMay: A file with which they may do more is refused.
    fileprivate init(
        _ path: String, othersMay: SecretFile.Others, account: SecretFile.Account,
        parse: @escaping ([UInt8]) throws(FileFault) -> Content
    ) {
        self.init(path: path) { () throws(SecretFile.Fault) in
            let bytes = try SecretFile.read(path, othersMay: othersMay, account: account)
            do throws(FileFault) {
                return try parse(bytes)
            } catch {
                throw SecretFile.Fault(message: error.message(path: path))
            }
        }
    }

    fileprivate init(path: String, load: @escaping () throws(SecretFile.Fault) -> Content) {
        (self.path, self.load) = (path, load)
    }
}

extension PeopleFile<SharedPassword> {
    /// Whoever can replace the file decides who gets in. Others may be able to read or change it, which
    /// `PeopleFiles.warn` tells.
    static func password(_ path: String, othersMay: SecretFile.Others) -> Self {
        PeopleFile(path: path) { () throws(SecretFile.Fault) in
            try SecretFile.checkFolders(of: path, othersMay: othersMay)
            do {
                return try PasswordOptions.Source.file(path).shared()
            } catch {
                throw SecretFile.Fault(message: (error as? Failure)?.message ?? "\(error)")
            }
        }
    }
}

extension PeopleFile<UsersFile> {
    static func users(_ path: String, othersMay: SecretFile.Others, account: SecretFile.Account = .this) -> Self {
        PeopleFile(path, othersMay: othersMay, account: account) { (bytes) throws(FileFault) in try UsersFile(bytes) }
    }
}

extension PeopleFile<RightsFile> {
    static func rights(_ path: String, othersMay: SecretFile.Others, account: SecretFile.Account = .this) -> Self {
        PeopleFile(path, othersMay: othersMay, account: account) { (bytes) throws(FileFault) in try RightsFile(bytes) }
    }
}

/// The files of a server that say who may log in and what they see. Each is nil if it is not given.
struct PeopleFiles {
    var password: PeopleFile<SharedPassword>?
    let users: PeopleFile<UsersFile>?
    let rights: PeopleFile<RightsFile>?

    /// Takes up the files as they are now. A bad one is logged, and what it said stays. Of the others, what takes
    /// something away counts at once, and what gives somebody more waits until all are right.
    /// - Parameter database: Its path, to warn of names that it does not have.
    func reload(into accounts: Accounts, database: String, _ logger: Logger) {
        let newPassword = password.flatMap { reloaded($0, logger, what: "the shared password stays as it was") }
        let newUsers = users.flatMap { reloaded($0, logger, what: "the people stay as they were") }
        let newRights = rights.flatMap { reloaded($0, logger, what: "the rights stay as they were") }
        let isAll =
            (newPassword == nil) == (password == nil) && (newUsers == nil) == (users == nil)
            && (newRights == nil) == (rights == nil)
        var waiting: [Accounts.Waiting] = []
        if isAll {
            accounts.replace(password: newPassword, users: newUsers, rights: newRights)
        } else {
            waiting = accounts.replaceSome(password: newPassword, users: newUsers, rights: newRights)
        }
        if let password, newPassword != nil { logger.notice("\(password.path) was read again") }
        if let users, let newUsers {
            let count = newUsers.users.count - waiting.count { if case .newPerson = $0 { true } else { false } }
            logger.notice("\(users.path) was read again: \(count == 1 ? "1 person" : "\(count) people") may log in")
        }
        if let rights, let newRights {
            let count = newRights.entries.count
            logger.notice("\(rights.path) was read again: it has \(count == 1 ? "1 line" : "\(count) lines")")
        }
        for (index, one) in waiting.prefix(Self.mostNamed).enumerated() {
            let more = index == Self.mostNamed - 1 && waiting.count > Self.mostNamed
            logger.error("\(one.sentence)\(more ? "; and \(waiting.count - Self.mostNamed) more wait for that" : "")")
        }
        warn(of: accounts, database: database, logger)
    }

    private func reloaded<Content>(_ file: PeopleFile<Content>, _ logger: Logger, what stays: String) -> Content? {
        do throws(SecretFile.Fault) {
            return try file.load()
        } catch {
            for line in error.message.unicodeScalars.split(separator: "\n") { logger.error("\(String(line))") }
            logger.error("\(file.path) was not taken up: \(stays)")
            return nil
        }
    }

    /// Warns of a password that others can read or change, of rights that give nothing to anybody, and of those that
    /// may be missing.
    func warn(of accounts: Accounts, database: String, _ logger: Logger) {
        if let password, let exposure = SecretFile.exposure(password.path) { logger.warning("\(exposure)") }
        guard let path = rights?.path else { return }
        for sentence in accounts.idleRights { logger.warning("\(path): \(sentence)") }
        // They give nothing to anybody.
        let strangers = accounts.strangers.map {
            ($0.line, "'\($0.name)' is in no users file; whoever is added with that name has these rights")
        }
        warn(of: strangers, path, logger, more: "names that are in no users file")
        guard let file = accounts.rightsFile else { return }
        warn(of: file.commentedWords, path, logger, more: "comments that may be meant to count")
        guard let unknown = try? unknownNames(file, database: database) else { return }
        warn(of: unknown, path, logger, more: "names that the database does not have")
    }

    /// Warns of lines, and says of what there are more.
    private func warn(of lines: [(line: Int, text: String)], _ path: String, _ logger: Logger, more: String) {
        for (line, text) in lines.prefix(Self.mostNamed) { logger.warning("\(path), line \(line): \(text)") }
        if lines.count > Self.mostNamed { logger.warning("\(path): and \(lines.count - Self.mostNamed) more \(more)") }
    }

    private static let mostNamed = 10
}

extension Accounts.Waiting {
    /// Without a full stop.
    fileprivate var sentence: String {
        switch self {
        case .newPerson(let name): "'\(name)' is new, and can't log in before every file is right"
        case .newPassword: "@shared is for a new password now, and sees nothing before every file is right"
        case .more(let name): "'\(name)' sees no more than before until every file is right"
        }
    }
}

/// Warnings of names in a rights file that a database does not have.
func unknownNames(_ rights: RightsFile, database: String) throws(StoreError) -> [(line: Int, text: String)] {
    let names = try ObservationStore(path: database).allNames()
    return rights.unknown(datasets: names.datasets, regions: names.regions)
}

/// Changes a file of people or of rights, and says so.
/// - Parameters:
///   - file: As a server reads it: where it would refuse the file, the change has no effect yet, and the command fails.
///   - change: Changes the file at a path.
func changePeople<Content>(
    _ file: PeopleFile<Content>, done: String, _ change: (String) throws(ChangeError) -> PeopleChange
) throws {
    let changed: PeopleChange
    do throws(ChangeError) {
        changed = try change(file.path)
    } catch {
        throw Failure(error)
    }
    let fault: SecretFile.Fault?
    do throws(SecretFile.Fault) {
        _ = try file.load()
        fault = nil
    } catch {
        fault = error
    }
    print(terminalLine("\(done) in \(file.path)." + (fault == nil ? " A running server takes it up on SIGHUP." : "")))
    for line in changed.details { print(terminalLine(line)) }
    for line in changed.warnings { warn(line) }
    if let lost = changed.lost { warn(lost.warning) }
    if let fault {
        throw Failure.work("no server takes this up before the file is right:\n\(fault.message)")
    }
}

/// What a command tells of a change.
struct PeopleChange {
    /// What the file could not keep.
    let lost: LostAccess?
    var details: [String] = []
    var warnings: [String] = []
}

/// Whether a person has a line in a users file.
func isPerson(_ name: String, in path: String) throws -> Bool {
    do throws(SecretFile.Fault) {
        return try UsersChange.hasPerson(name, file: path)
    } catch {
        throw Failure.usage(error.message)
    }
}

/// Whether there is a file, which this account may be unable to read.
func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 || errno != ENOENT }

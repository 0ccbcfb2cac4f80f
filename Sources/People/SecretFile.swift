import FileSystem
import Glibc

/// Reads and changes files of people.
///
/// A file belongs to root or to the account that reads it, and nobody else may change it. Nobody else may read it
/// either, but for the group of a file of root: root chose that group, so that a server without root can read the file.
/// No folder on the way to it lets every account replace what is in it.
public enum SecretFile {
    /// Why a file can't be used, as a sentence that says what to do.
    public struct Fault: Error, Equatable {
        public let message: String

        public init(message: String) { self.message = message }
    }

    /// In bytes: some 200,000 people.
    static let largest = 16 << 20

    /// What other accounts may do with a file.
    public enum Others: Sendable {
        /// As sshd demands it of its keys.
        case nothing
        case reading
        case everything
    }

    /// The account that a server runs as.
    public enum Account: Sendable {
        case this
        /// For root, that of the file: the server may run as its owner. Else this one.
        case owner
    }

    /// The bytes of a file.
    /// - Parameters:
    ///   - most: A file with which other accounts may do more is refused.
    ///   - account: To which the file may belong.
    public static func read(_ path: String, othersMay most: Others, account: Account = .this) throws(Fault) -> [UInt8] {
        // A named pipe without a writer does not hold up the program.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw Fault(message: "\(path) can't be read: \(systemMessage(errno))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Fault(message: "\(path) is not a file") }
        if most != .everything {
            let user = account == .owner && geteuid() == 0 ? status.st_uid : geteuid()
            if let fault = fault(status, path, most, user) { throw fault }
        }
        try checkFolders(of: path, othersMay: most)
        return try bytes(of: descriptor, path)
    }

    /// What others may do with a file that they may not; nil if nothing.
    /// - Parameter user: The account of the server.
    static func fault(_ status: stat, _ path: String, _ most: Others, _ user: uid_t) -> Fault? {
        let isRoots = !TrustedPath.isOthers(status)
        guard isRoots || status.st_uid == user else {
            return Fault(
                message: "\(path) belongs to \(theAccount(status.st_uid)), which can change it; run as root "
                    + "'\(shellLine(["chown", accountName(user) ?? String(user), path]))'")
        }
        let chmod = shellLine(["chmod", "600", path])
        if status.st_mode & (S_IWGRP | S_IWOTH) != 0 {
            return Fault(message: "other accounts can change \(path); run '\(chmod)'")
        }
        guard most == .nothing, status.st_mode & (isRoots ? S_IRWXO : S_IRWXG | S_IRWXO) != 0 else { return nil }
        return Fault(
            message: "other accounts can read \(path); run '\(chmod)', or take it as it is with --insecure-permissions")
    }

    /// Refuses a file that every account could replace.
    public static func checkFolders(of path: String, othersMay most: Others) throws(Fault) {
        guard most == .nothing, let folder = TrustedPath.openFolder(onTheWayTo: path) else { return }
        throw Fault(
            message: "every account can replace \(path), since every account can write to the folder \(folder); run "
                + "'\(shellLine(["chmod", "o-w", folder]))', or take it as it is with --insecure-permissions")
    }

    /// The fault of a file that can't be opened.
    private static func unreadable(_ path: String, _ number: Int32) -> Fault {
        var status = stat()
        guard number == EACCES, stat(path, &status) == 0 else {
            return Fault(message: "\(path) can't be read: \(systemMessage(number))")
        }
        let (access, user) = (LostAccess.Access(status), accountName(geteuid()) ?? String(geteuid()))
        return Fault(
            message:
                "\(path) can't be read by the account \(user): it belongs to \(access.owner):\(access.group) with mode "
                + "\(access.mode); run as root '\(shellLine(["chown", user, path]))'")
    }

    /// Whether other accounts can read or change a file, which matters for one with a password; nil if neither, and
    /// for what is no file.
    public static func exposure(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.isRegular else { return nil }
        if let fault = fault(status, path, .reading, geteuid()) { return fault.message }
        guard fault(status, path, .nothing, geteuid()) != nil else { return nil }
        return "other accounts can read \(path); run '\(shellLine(["chmod", "600", path]))'"
    }

    /// Reads a file to its end.
    private static func bytes(of descriptor: Int32, _ path: String) throws(Fault) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw Fault(message: "\(path) can't be read: \(systemMessage(errno))")
            }
            bytes += piece[..<count]
            guard bytes.count <= largest else { throw Fault(message: "\(path) is larger than \(largest >> 20) MiB") }
        }
    }

    /// Replaces a file as a whole: nobody reads half of it, and two changes at once don't lose one another. It keeps
    /// its owner, group and mode; a new one can be read by its owner only.
    /// - Parameters:
    ///   - option: The option that names the file.
    ///   - edit: Makes the new bytes from those that the file has; nil if there is none.
    /// - Returns: What it could not keep; nil if nothing was lost.
    static func change(
        _ given: String, option: String, _ edit: ([UInt8]?) throws(ChangeError) -> [UInt8]
    ) throws(ChangeError) -> LostAccess? {
        let path = try resolvedPath(given, of: "a file with \(option)")
        try TrustedPath.check(given, option: option)
        let (folderPath, name) = Folder.split(path)
        let folder = try Folder(path: folderPath)
        let lock = try FileLock(
            name + ".lock", in: folder, attempts: 250,
            busy: "\(given) is being changed by another command. Try again in a moment.")
        defer { withExtendedLifetime(lock) {} }
        let old = folder.status(name)
        var bytes: [UInt8]?
        if let old {
            guard old.isRegular else { throw .refused("\(path) is not a file.") }
            // It is replaced, so the other name would keep what it says now.
            guard old.st_nlink == 1 else {
                throw .refused(
                    "\(path) has another name, as a hard link; remove one of them, or make it a symbolic link.")
            }
            let descriptor = folder.open(name, O_RDONLY)
            guard descriptor >= 0 else { throw .refused(unreadable(path, errno).message + ".") }
            defer { close(descriptor) }
            do throws(Fault) {
                bytes = try Self.bytes(of: descriptor, path)
            } catch {
                throw .refused(error.message + ".")
            }
        }
        let changed = try edit(bytes)
        // Only a command that was killed leaves one: nobody else writes it while this has the lock.
        let temporary = ".\(name).new"
        if folder.status(temporary)?.isRegular == true { folder.unlink(temporary) }
        let new = try NewFile(temporary, in: folder)
        try new.write(changed)
        return try new.publish(as: name, like: old) { () throws(ChangeError) in
            // Another program may have replaced it in the meantime: its change must not be lost.
            let there = folder.status(name)
            guard there?.isUnchanged(since: old) ?? (old == nil) else {
                throw .failed("\(path) was changed by another program in the meantime; nothing was changed. Try again.")
            }
        }
    }
}

extension stat {
    /// Whether it is the same file as before, with the same content as far as size and time tell.
    fileprivate func isUnchanged(since old: stat?) -> Bool {
        guard let old else { return false }
        return isSame(as: old) && st_size == old.st_size && st_mtim.tv_sec == old.st_mtim.tv_sec
            && st_mtim.tv_nsec == old.st_mtim.tv_nsec
    }
}

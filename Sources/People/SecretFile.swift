import FileSystem
import Glibc

/// Reads files of people, which nobody but their owner should be able to read.
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

    /// The bytes of a file.
    /// - Parameter most: A file with which other accounts may do more is refused.
    public static func read(_ path: String, othersMay most: Others) throws(Fault) -> [UInt8] {
        // A named pipe without a writer does not hold up the program.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Fault(message: "\(path) can't be read: \(systemMessage(errno))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw Fault(message: "\(path) can't be read: \(systemMessage(errno))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Fault(message: "\(path) is not a file") }
        // The group may read a file of another account, such as one of root that the server's own group can read.
        let others = status.st_uid == geteuid() ? S_IRWXG | S_IRWXO : S_IRWXO
        if most != .everything, status.st_mode & others & (S_IWGRP | S_IWOTH) != 0 {
            throw Fault(message: "other accounts can change \(path); run '\(shellLine(["chmod", "600", path]))'")
        }
        if most == .nothing, status.st_mode & others != 0 {
            throw Fault(
                message:
                    "other accounts can read \(path); run '\(shellLine(["chmod", "600", path]))', or take it as it "
                    + "is with --insecure-permissions")
        }
        return try bytes(of: descriptor, path)
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
            name + ".lock", in: folder, busy: "\(given) is being changed by another command. Try again in a moment.")
        defer { withExtendedLifetime(lock) {} }
        let old = folder.status(name)
        var bytes: [UInt8]?
        if let old {
            guard old.isRegular else { throw .refused("\(path) is not a file.") }
            let descriptor = folder.open(name, O_RDONLY)
            guard descriptor >= 0 else { throw .refused("\(path) can't be read: \(systemMessage(errno)).") }
            defer { close(descriptor) }
            do throws(Fault) {
                bytes = try Self.bytes(of: descriptor, path)
            } catch {
                throw .refused(error.message + ".")
            }
        }
        let changed = try edit(bytes)
        let new = try NewFile(".rookery-\(UInt64.random(in: 0 ... .max))", in: folder)
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

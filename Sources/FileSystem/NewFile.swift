import CLinux
import Glibc

/// A file that is written under a name of its own, and takes the name of another file when it is complete.
///
/// Invariants:
/// - It did not exist before, and only its owner can read it until it takes its name.
/// - It is changed through one descriptor. So whoever may change names in the folder can't have another file changed
///   or given away in its place.
/// - Nobody gets more rights to it than to the file that it replaces.
package final class NewFile {
    package let descriptor: Int32
    package let path: String
    private let folder: Folder
    private let name: String
    /// The path in messages.
    private let shown: String
    /// The end of messages about a failure.
    private let ending: String
    private var isPublished = false

    /// Creates the file.
    /// - Parameter result: The path of the result of an import that it becomes, for messages; nil for a database, which
    ///   stays as it is if anything fails.
    /// - Throws: `ChangeError.refused` if it exists or can't be created.
    package init(_ name: String, in folder: Folder, for result: String? = nil) throws(ChangeError) {
        (self.name, self.folder) = (name, folder)
        path = folder.path == "/" ? "/\(name)" : "\(folder.path)/\(name)"
        (shown, ending) = (result ?? path, result == nil ? "; nothing was changed." : ".")
        descriptor = folder.open(name, O_RDWR | O_CREAT | O_EXCL)
        guard descriptor >= 0 else { throw .refused("\(shown) can't be written: \(systemMessage(errno)).") }
        // A folder may give its new files an access control list, which would take effect with the mode.
        fremovexattr(descriptor, Folder.accessListName)
    }

    deinit {
        if !isPublished, isInPlace { folder.unlink(name) }
        close(descriptor)
    }

    /// Whether its name still leads to it.
    private var isInPlace: Bool {
        var ours = stat()
        guard fstat(descriptor, &ours) == 0, let there = folder.status(name) else { return false }
        return there.isSame(as: ours)
    }

    /// Opens the file once more, by its name, as SQLite does. Another file may have that name by then.
    /// - Parameter open: Opens what has the name.
    /// - Returns: What `open` returns; nil if that has opened another file.
    package func opening<Value, Failure>(_ open: () throws(Failure) -> Value) throws(Failure) -> Value? {
        let before = descriptors
        let value = try open()
        // Without /proc, the name has to do.
        guard let before, let after = descriptors else { return isInPlace ? value : nil }
        return after > before ? value : nil
    }

    /// The number of descriptors of this process that lead to the file; nil if that can't be told.
    private var descriptors: Int? {
        var ours = stat()
        guard fstat(descriptor, &ours) == 0, let list = opendir("/proc/self/fd") else { return nil }
        defer { closedir(list) }
        var count = 0
        while let entry = readdir(list) {
            let number = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { Int32(String(cString: $0)) }
            }
            var status = stat()
            if let number, fstat(number, &status) == 0, status.isSame(as: ours) { count += 1 }
        }
        return count
    }

    /// Writes all bytes after those that it has.
    /// - Throws: `ChangeError.failed`, such as where the disk is full.
    package func write(_ bytes: [UInt8]) throws(ChangeError) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("written", errno) }
            written += count
        }
    }

    /// Gives the file the owner, group, mode and access control list of the one that it replaces as far as this account
    /// may, syncs it, and renames it.
    /// - Parameters:
    ///   - old: The file that it replaces; nil if there is none.
    ///   - isAllowed: Checked just before the rename.
    /// - Returns: What it could not keep; nil if nothing was lost.
    /// - Throws: `ChangeError.failed`; the other file is then as it was.
    package func publish(
        as other: String, like old: stat?, if isAllowed: () throws(ChangeError) -> Void = {}
    ) throws(ChangeError) -> LostAccess? {
        var ours = stat()
        guard fstat(descriptor, &ours) == 0 else { throw failure("read", errno) }
        guard ours.isRegular, ours.st_nlink <= 1, isInPlace else { throw replaced }
        let lost = if let old { try takeAccess(of: other, old) } else { nil as LostAccess? }
        guard fsync(descriptor) == 0 else { throw failure("written", errno) }
        try isAllowed()
        guard isInPlace else { throw replaced }
        guard folder.rename(name, to: other) else { throw failure("renamed", errno) }
        isPublished = true
        folder.sync()
        return lost
    }

    /// Gives the file the access of the one that it replaces, or less.
    ///
    /// If the group can't be kept, its members have the rights of everybody, and the members of the new group had those
    /// of everybody. So both get only the rights that the old group and everybody had.
    private func takeAccess(of name: String, _ old: stat) throws(ChangeError) -> LostAccess? {
        // Only root can change the owner. Others can still keep the group if they are members of it, so that a server
        // in that group can read the file.
        if fchown(descriptor, old.st_uid, old.st_gid) != 0 { _ = fchown(descriptor, uid_t.max, old.st_gid) }
        var ours = stat()
        guard fstat(descriptor, &ours) == 0 else { throw failure("read", errno) }
        let wanted = old.st_mode & 0o7777
        var mode = wanted
        if ours.st_uid != old.st_uid { mode &= ~S_ISUID }
        let list = folder.accessList(name, of: old)
        let keepsGroup = ours.st_gid == old.st_gid
        if !keepsGroup {
            // With a list, the bits of the group are the most that the list gives to anybody in it (acl(5)).
            let both = list == nil ? mode >> 3 & mode & 0o7 : 0
            mode = mode & ~(S_ISGID | 0o77) | both << 3 | both
        }
        // After fchown, which may clear some bits. The list comes before the mode, which would else be that of a file
        // without one: its group could have more rights than before.
        let keepsList = list.map { keepsGroup && fsetxattr(descriptor, Folder.accessListName, $0, $0.count, 0) == 0 }
        if keepsList == false { mode &= ~0o77 }
        _ = fchmod(descriptor, mode)
        guard fstat(descriptor, &ours) == 0 else { throw failure("read", errno) }
        guard
            (ours.st_uid, ours.st_gid, ours.st_mode & 0o7777) != (old.st_uid, old.st_gid, wanted) || keepsList == false
        else { return nil }
        return LostAccess(
            path: folder.path == "/" ? "/\(name)" : "\(folder.path)/\(name)", before: LostAccess.Access(old),
            after: LostAccess.Access(ours), isListLost: keepsList == false)
    }

    private var replaced: ChangeError {
        .failed("\(shown) was replaced by another program\(ending) Try again.")
    }

    /// The error of a system call.
    /// - Parameter verb: A participle, as in "can't be written".
    package func failure(_ verb: String, _ number: Int32) -> ChangeError {
        number == ENOSPC || number == EDQUOT
            ? .failed("There is no room left on the disk for \(shown)\(ending)")
            : .failed("\(shown) can't be \(verb): \(systemMessage(number))\(ending)")
    }
}

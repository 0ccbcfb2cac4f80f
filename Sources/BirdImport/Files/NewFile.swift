import Glibc

/// A file that is written under a name of its own, and takes the name of another file when it is complete.
///
/// Invariants:
/// - It did not exist before, and only its owner can read it until it takes its name.
/// - It is changed through one descriptor. So whoever may change names in the folder can't have another file changed
///   or given away in its place.
final class NewFile {
    let descriptor: Int32
    let path: String
    private let folder: Folder
    private let name: String
    private var isPublished = false

    /// Creates the file.
    /// - Throws: `ImportError.refused` if it exists or can't be created.
    init(_ name: String, in folder: Folder) throws(ImportError) {
        (self.name, self.folder) = (name, folder)
        path = folder.path == "/" ? "/\(name)" : "\(folder.path)/\(name)"
        descriptor = folder.open(name, O_RDWR | O_CREAT | O_EXCL)
        guard descriptor >= 0 else { throw .refused("\(path) can't be written: \(systemMessage(errno)).") }
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

    /// Whether this process has the file open once more. Another program, such as SQLite, opens a file by its name,
    /// and another file may have that name by then.
    var isOpenElsewhere: Bool {
        var ours = stat()
        guard fstat(descriptor, &ours) == 0 else { return false }
        // Without /proc, the name has to do.
        guard let list = opendir("/proc/self/fd") else { return isInPlace }
        defer { closedir(list) }
        while let entry = readdir(list) {
            let number = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { Int32(String(cString: $0)) }
            }
            var status = stat()
            if let number, number != descriptor, fstat(number, &status) == 0, status.isSame(as: ours) { return true }
        }
        return false
    }

    /// Gives the file the owner, group and mode of the one that it replaces, syncs it, and renames it.
    /// - Parameters:
    ///   - old: The file that it replaces; nil if there is none.
    ///   - isAllowed: Checked just before the rename.
    /// - Throws: `ImportError.failed`; the other file is then as it was.
    func publish(
        as other: String, like old: stat?, if isAllowed: () throws(ImportError) -> Void = {}
    ) throws(ImportError) {
        var ours = stat()
        guard fstat(descriptor, &ours) == 0 else { throw failure("read", errno) }
        guard ours.isRegular, ours.st_nlink <= 1, isInPlace else { throw replaced }
        if let old {
            // Only root can change the owner. Others can still keep the group if they are members of it, so that a
            // server in that group can read the file. The mode comes second, since chown may clear some of its bits.
            if (ours.st_uid, ours.st_gid) != (old.st_uid, old.st_gid),
                fchown(descriptor, old.st_uid, old.st_gid) != 0
            {
                _ = fchown(descriptor, uid_t.max, old.st_gid)
            }
            _ = fchmod(descriptor, old.st_mode & 0o7777)
        }
        guard fsync(descriptor) == 0 else { throw failure("written", errno) }
        try isAllowed()
        guard isInPlace else { throw replaced }
        guard folder.rename(name, to: other) else { throw failure("renamed", errno) }
        isPublished = true
        folder.sync()
    }

    private var replaced: ImportError {
        .failed("\(path) was replaced by another program; nothing was changed. Try again.")
    }

    /// The error of a system call.
    /// - Parameter verb: A participle, as in "can't be written".
    func failure(_ verb: String, _ number: Int32) -> ImportError {
        number == ENOSPC || number == EDQUOT
            ? .failed("There is no room left on the disk for \(path); nothing was changed.")
            : .failed("\(path) can't be \(verb): \(systemMessage(number)); nothing was changed.")
    }
}

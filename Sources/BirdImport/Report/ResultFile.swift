import Birds
import FileSystem
import Glibc

/// A file that an import writes beside the database, such as that of `--rejects`.
///
/// Invariants:
/// - An earlier file stays as it is until the new one is complete, and keeps owner, group and mode. A new file can be
///   read by its owner only.
/// - It is not a link, and no file that the import reads or writes.
/// - A pipe, a device or an open descriptor is written to instead of replaced. It is opened at the beginning, so that
///   its name can lead nowhere else later, and a pipe that nothing reads is found before any work is done.
/// - Root writes to no file of another account (`TrustedPath`).
final class ResultFile {
    private let path: String
    private let folder: Folder
    private let name: String
    /// What is there now.
    private let old: stat?
    /// What is written to instead of replaced; nil for a regular file.
    private let descriptor: Int32?
    /// Whether it is the standard output, by its number.
    let isStandardOutput: Bool

    /// Checks the path. No file is created yet.
    /// - Parameters:
    ///   - option: The option that names it, such as `--rejects`.
    ///   - database: The path of the database without symbolic links.
    ///   - others: The paths of other files that the import reads or writes.
    /// - Throws: `ChangeError.refused` if it is one of them, or no file can be made there.
    init(path: String, option: String, database: String, others: [String]) throws(ChangeError) {
        self.path = path
        let parts = Folder.split(OtherOutput.target(path))
        name = parts.name
        guard !["", ".", ".."].contains(name) else {
            throw .refused("'\(path)' of \(option) is not the path of a file.")
        }
        folder = try Folder(path: parts.folder)
        if OtherOutput.hasDescriptors(folder) {
            let copy = try OtherOutput.copy(named: name, path: path, option: option)
            var status = stat()
            descriptor = copy
            isStandardOutput = Int32(name) == STDOUT_FILENO
            old = fstat(copy, &status) == 0 ? status : nil
        } else {
            try Self.checkOwner(path, option: option, database: database)
            isStandardOutput = false
            let status = folder.status(name)
            old = status
            if let status, !status.isRegular, !status.isLink, !status.isFolder {
                descriptor = try OtherOutput.open(name, in: folder, status, path: path, option: option)
            } else {
                descriptor = nil
            }
        }
        try OtherOutput.check(old, path: path, option: option)
        for other in others + ["", ".new", ".lock"].map({ database + $0 }) where try isSame(as: other) {
            throw .refused("\(path) is a file of the import itself; give another file with \(option).")
        }
        guard descriptor != nil || folder.canReplace(old) else {
            throw .refused("\(path) can't be written: no file can be made or replaced in its folder.")
        }
    }

    deinit { if let descriptor { close(descriptor) } }

    /// Refuses a file of another account, and one in its folder, as root. That account may not write to the database,
    /// so the advice is a file beside the database.
    private static func checkOwner(_ path: String, option: String, database: String) throws(ChangeError) {
        do throws(ChangeError) {
            try TrustedPath.check(path, option: option)
        } catch {
            guard case .notByRoot(let remedy) = error.kind else { throw error }
            let folder = Folder.split(database).folder
            let instead = "\(folder == "/" ? "" : folder)/\(Folder.split(path).name)"
            switch remedy {
            case .account(let owner, _), .give(_, let owner, _):
                throw ChangeError(
                    kind: .notByRoot(.options([option, instead])),
                    message:
                        "\(path) is where \(theAccount(owner)) could replace what root writes; give a file of \(option) in the folder "
                        + "of the database.")
            case .first, .options: throw error
            }
        }
    }

    /// Whether a path leads to this file, or would if the file existed.
    private func isSame(as other: String) throws(ChangeError) -> Bool {
        var status = stat()
        if let old { return stat(other, &status) == 0 && status.isSame(as: old) }
        let parts = Folder.split(other)
        guard parts.name == name, stat(parts.folder, &status) == 0 else { return false }
        return folder.status?.isSame(as: status) ?? false
    }

    /// Writes the file. The database may have been changed by then.
    /// - Returns: What the file could not keep; nil if nothing was lost.
    /// - Throws: `ChangeError.failed` with a sentence about this file only; an earlier file is then as it was.
    func write(_ content: TemporaryFile) throws(ChangeError) -> LostAccess? {
        try write { (descriptor) throws(ChangeError) in
            var offset = 0
            var block: [UInt8] = []
            while offset < content.count {
                block.removeAll(keepingCapacity: true)
                do throws(StoreError) {
                    try content.read(1 << 16, at: offset, to: &block)
                } catch {
                    throw failure(EIO)
                }
                guard !block.isEmpty else { break }
                offset += block.count
                try write(block, to: descriptor)
            }
        }
    }

    /// Writes the file, as above.
    func write(_ content: [UInt8]) throws(ChangeError) -> LostAccess? {
        try write { (descriptor) throws(ChangeError) in try write(content, to: descriptor) }
    }

    /// - Parameter fill: Writes the content to a descriptor.
    private func write(_ fill: (Int32) throws(ChangeError) -> Void) throws(ChangeError) -> LostAccess? {
        if let descriptor {
            try fill(descriptor)
            return nil
        }
        let new = try NewFile(".rookery-\(UInt64.random(in: 0 ... .max))", in: folder, for: path)
        try fill(new.descriptor)
        return try new.publish(as: name, like: old)
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws(ChangeError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                // It may not wait for its reader by itself, but this does.
                var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&event, 1, -1) >= 0 || errno == EINTR { continue }
            }
            guard count > 0 else { throw failure(errno) }
            written += count
        }
    }

    private func failure(_ number: Int32) -> ChangeError {
        number == ENOSPC || number == EDQUOT
            ? .failed("There is no room left on the disk for \(path).")
            : .failed("\(path) can't be written: \(systemMessage(number)).")
    }
}

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
    static let most = 16 << 20

    /// The bytes of a file.
    /// - Parameter isChecked: Whether a file that other accounts can read is refused, as sshd refuses its keys.
    public static func read(_ path: String, isChecked: Bool) throws(Fault) -> [UInt8] {
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
        let open = status.st_uid == geteuid() ? S_IRWXG | S_IRWXO : S_IRWXO
        if isChecked, status.st_mode & open != 0 {
            throw Fault(
                message: "other accounts can read or change \(path); run 'chmod 600 \(path)', or take them as they are "
                    + "with --insecure-permissions")
        }
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
            guard bytes.count <= most else { throw Fault(message: "\(path) is larger than \(most >> 20) MiB") }
        }
    }
}

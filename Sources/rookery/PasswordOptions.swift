import ArgumentParser
import FileSystem
import Glibc

/// The source of a password, for the server and its clients. No message repeats a password.
struct PasswordOptions: ParsableArguments {
    @Option(
        help: .setting(
            "The shared password. Other users of this machine can see it in the list of processes; prefer the environment or a file.",
            "ROOKERY_PASSWORD"))
    var password: String?

    @Option(
        help: .setting(
            "A file whose first line is the shared password.", "ROOKERY_PASSWORD_FILE", name: "file"))
    var passwordFile: String?

    /// How much of a file is read, in bytes. A longer first line is cut off there.
    private static let longest = 4096

    /// Where a password comes from.
    enum Source {
        case text(String)
        case file(String)

        /// - Throws: `Failure` if the file can't be read.
        func read() throws -> String {
            switch self {
            case .text(let text): text
            case .file(let path): try PasswordOptions.read(path)
            }
        }
    }

    /// The password; nil if none is given.
    func resolve() throws -> String? { try source()?.read() }

    /// The source of the password; nil if none is given. The command line decides over the environment.
    /// - Throws: `ValidationError` if two sources of the same rank are given.
    func source() throws -> Source? {
        if password != nil && passwordFile != nil {
            throw ValidationError("Both --password and --password-file are given; leave out one of them.")
        }
        if let password { return .text(password) }
        if let passwordFile { return .file(passwordFile) }
        let fromEnvironment = environment("ROOKERY_PASSWORD")
        let file = environment("ROOKERY_PASSWORD_FILE")
        if fromEnvironment != nil && file != nil {
            throw ValidationError("Both ROOKERY_PASSWORD and ROOKERY_PASSWORD_FILE are set; leave out one of them.")
        }
        return fromEnvironment.map(Source.text) ?? file.map(Source.file)
    }

    /// The first line of a file, without its line end: editors add one, which is not part of the password.
    private static func read(_ path: String) throws -> String {
        guard let file = fopen(path, "r") else {
            throw Failure.usage("can't read the password file \(path): \(systemMessage(errno))")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: longest)
        let count = fread(&bytes, 1, bytes.count, file)
        // Some editors put a byte order mark before the first line.
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let line = bytes.prefix(count).dropFirst(start).prefix {
            $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r")
        }
        guard !line.isEmpty, let text = String(validating: line, as: UTF8.self) else {
            throw Failure.usage("the first line of the password file \(path) is empty or not UTF-8")
        }
        // Neither could be sent in a header field.
        guard line.first != 0x20, line.last != 0x20, !line.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw Failure.usage(
                "the first line of the password file \(path) begins or ends with a space, or has a control character")
        }
        return text
    }
}

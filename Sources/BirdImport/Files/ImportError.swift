import Birds
import Glibc

/// Why an import, or another change of the data, did not happen. The database is then as it was.
public struct ImportError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// What was asked for can't be done: a file that can't be read or is of another kind, an option that makes no
        /// sense, a database that is not ours or that another import is changing.
        case refused
        /// The work itself failed: a full disk, an error of the system or of SQLite.
        case failed
    }

    public let kind: Kind
    /// A sentence for the person at the keyboard, with the path and what to do.
    public let message: String

    static func refused(_ message: String) -> ImportError { ImportError(kind: .refused, message: message) }
    package static func failed(_ message: String) -> ImportError { ImportError(kind: .failed, message: message) }

    /// What SQLite or the schema said while the file at `path` was read or written.
    init(_ error: StoreError, path: String) {
        switch error {
        case .missing(let missing):
            self = .refused("\(missing) does not exist.")
        case .unusable(let unusable, let reason):
            self = .refused("\(unusable) can't be used: \(reason).")
        case .sqlite(let code, let message, _):
            // The low byte is the primary code: SQLITE_FULL is 13, SQLITE_CANTOPEN 14, SQLITE_NOTADB 26.
            switch code & 0xFF {
            case 13: self = .failed("There is no room left on the disk for \(path); nothing was changed.")
            case 14, 26: self = .refused("\(path) can't be opened: \(message).")
            default: self = .failed("\(path) could not be changed: \(message); nothing was changed.")
            }
        case .unknownSpecies, .malformedList, .unknownPage, .lostPage, .overBudget, .cancelled, .busy:
            self = .failed("\(path) could not be changed; nothing was changed.")
        }
    }

    /// What SQLite said while a file to import was read.
    init(reading path: String, _ error: StoreError) {
        if case .sqlite(_, let message, _) = error {
            self = .refused("\(path) can't be read: \(message).")
        } else {
            self.init(error, path: path)
        }
    }

    init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }
}

/// What the system says of an error number, such as `Permission denied`. glibc keeps the text per thread.
func systemMessage(_ number: Int32) -> String { strerror(number).map { String(cString: $0) } ?? "error \(number)" }

import Birds
import Glibc

/// The reason why an import, or another change of a database, failed. The database is then unchanged.
public struct ImportError: Error, Sendable, Equatable {
    /// Whether to change the command or to look at the system. The command line exits with 2 or 1.
    public enum Kind: Sendable, Equatable {
        /// The command can't be carried out as given: a file can't be read or has another format, an option makes no
        /// sense, or the database is not a Rookery database or is being changed by another process.
        case refused
        /// The work failed: the disk is full, or the system or SQLite reported an error.
        case failed
        /// Root must not do it, since another account could replace what root writes.
        case notByRoot(Remedy)
    }

    /// What to do where root must not write. Accounts and groups are numbers.
    public enum Remedy: Sendable, Equatable {
        /// Run the command as the account that owns the folder or file.
        case account(owner: UInt32, group: UInt32)
        /// Give these files to that account, and run the command as that account.
        case give([String], owner: UInt32, group: UInt32)
        /// Run this command first, given as its words.
        case first([String])
        /// Run the command with these options in place of those that it has.
        case options([String])
    }

    public let kind: Kind
    /// A sentence for the user, with the path and what to do.
    public let message: String

    static func refused(_ message: String) -> ImportError { ImportError(kind: .refused, message: message) }
    package static func failed(_ message: String) -> ImportError { ImportError(kind: .failed, message: message) }

    /// - Parameters:
    ///   - subject: What belongs to another account.
    ///   - owner, group: Those of the account.
    ///   - files: What must be given to the account first, so that it can do the work.
    static func notByRoot(_ subject: String, owner: UInt32, group: UInt32, giving files: [String] = []) -> ImportError {
        let remedy =
            files.isEmpty
            ? Remedy.account(owner: owner, group: group) : .give(files, owner: owner, group: group)
        let advice = files.isEmpty ? "" : "give the files to that account, and "
        return ImportError(
            kind: .notByRoot(remedy),
            message: "\(subject) belongs to \(theAccount(owner)), which could replace what root writes there; "
                + "\(advice)run this as that account.")
    }

    /// An error of the database that is changed, or of temporary files.
    /// - Parameter path: The file that was read or written.
    init(_ error: StoreError, path: String) {
        switch error {
        case .missing(let missing):
            self = .refused("\(missing) does not exist.")
        case .unusable(let unusable, let reason):
            self = .refused("\(unusable) can't be used: \(reason).")
        case .sqlite(let code, let message, _):
            // The low byte of an extended code is the primary code (https://www.sqlite.org/rescode.html): 13 is
            // SQLITE_FULL, 14 SQLITE_CANTOPEN, 26 SQLITE_NOTADB.
            switch code & 0xFF {
            case 13: self = .failed("There is no room left on the disk for \(path); nothing was changed.")
            case 14, 26: self = .refused("\(path) can't be opened: \(message).")
            default: self = .failed("\(path) could not be changed: \(message); nothing was changed.")
            }
        // These belong to queries, so an import does not meet them.
        case .unknownSpecies, .malformedList, .unknownPage, .lostPage, .overBudget, .cancelled, .busy:
            self = .failed("\(path) could not be changed; nothing was changed.")
        }
    }

    /// An error of a SQLite file that is imported.
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

/// The name of an account; nil if it has none.
package func accountName(_ number: UInt32) -> String? {
    getpwuid(number).flatMap { $0.pointee.pw_name }.map { String(cString: $0) }
}

/// An account as the subject of a sentence.
func theAccount(_ number: UInt32) -> String {
    accountName(number).map { "the account \($0)" } ?? "account number \(number)"
}

/// The system's text for an error number, such as `Permission denied`. (`strerror` is safe here: glibc has a buffer for
/// each thread.)
func systemMessage(_ number: Int32) -> String { strerror(number).map { String(cString: $0) } ?? "error \(number)" }

import Glibc

/// The reason why an import, or another change of a file, failed. The file is then unchanged.
public struct ChangeError: Error, Sendable, Equatable {
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

    package static func refused(_ message: String) -> ChangeError { ChangeError(kind: .refused, message: message) }
    package static func failed(_ message: String) -> ChangeError { ChangeError(kind: .failed, message: message) }

    /// - Parameters:
    ///   - subject: What belongs to another account.
    ///   - owner, group: Those of the account.
    ///   - files: What must be given to the account first, so that it can do the work.
    package static func notByRoot(_ subject: String, owner: UInt32, group: UInt32, giving files: [String] = [])
        -> ChangeError
    {
        let remedy =
            files.isEmpty
            ? Remedy.account(owner: owner, group: group) : .give(files, owner: owner, group: group)
        let advice = files.isEmpty ? "" : "give the files to that account, and "
        return ChangeError(
            kind: .notByRoot(remedy),
            message: "\(subject) belongs to \(theAccount(owner)), which could replace what root writes there; "
                + "\(advice)run this as that account.")
    }

    package init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }
}

/// The name of an account; nil if it has none.
package func accountName(_ number: UInt32) -> String? {
    getpwuid(number).flatMap { $0.pointee.pw_name }.map { String(cString: $0) }
}

/// An account as the subject of a sentence.
package func theAccount(_ number: UInt32) -> String {
    accountName(number).map { "the account \($0)" } ?? "account number \(number)"
}

/// The system's text for an error number, such as `Permission denied`. (`strerror` is safe here: glibc has a buffer for
/// each thread.)
public func systemMessage(_ number: Int32) -> String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
}

import Birds
import FileSystem

extension ChangeError {
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
        case .unknownSpecies, .malformedList, .unknownPage, .lostPage, .overBudget, .outOfMemory,
            .cancelled:
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
}

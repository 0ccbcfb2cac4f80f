import Glibc

/// A file that could not keep its owner, group or rights when it was replaced. Only root may give a file to another
/// account, and others only to a group that they are in. Nobody has more rights to the file than before.
public struct LostAccess: Sendable, Equatable {
    /// Who may do what with a file.
    public struct Access: Sendable, Equatable {
        /// The name of the account, or its number if it has none.
        public let owner: String
        /// The name of the group, or its number if it has none.
        public let group: String
        /// Octal digits, as `chmod` takes them.
        public let mode: String

        package init(_ status: stat) {
            owner = accountName(status.st_uid) ?? String(status.st_uid)
            group =
                getgrgid(status.st_gid).flatMap { $0.pointee.gr_name }.map { String(cString: $0) }
                ?? String(status.st_gid)
            mode = String(status.st_mode & 0o7777, radix: 8)
        }
    }

    public let path: String
    public let before: Access
    public let after: Access
    /// Whether its access control list was lost too.
    package let isListLost: Bool

    package init(path: String, before: Access, after: Access, isListLost: Bool) {
        (self.path, self.before, self.after, self.isListLost) = (path, before, after, isListLost)
    }

    /// A warning, with the command that restores what was lost.
    package var warning: String {
        let chown = shellLine(["chown", "\(before.owner):\(before.group)", path])
        let chmod = shellLine(["chmod", before.mode, path])
        return
            "Warning: \(path) belongs to \(after.owner):\(after.group) now, with mode \(after.mode). This account can't keep "
            + "\(before.owner):\(before.group) with mode \(before.mode)"
            + (isListLost ? " and its access control list" : "")
            + ". To let the same accounts read it again, run as root: \(chown) && \(chmod)"
    }
}

import FileSystem

/// A change of one person in a users file.
public enum UsersChange: Sendable {
    /// Somebody new.
    case add(String, PasswordHash)
    /// Another password for somebody who is there.
    case setPassword(String, PasswordHash)
    case remove(String)

    /// The file after the change. Lines of other people, comments, and lines that this program can't read stay as they
    /// are.
    /// - Throws: `ChangeError.refused` if the person is there already, or is not there.
    func apply(to bytes: [UInt8]) throws(ChangeError) -> [UInt8] {
        var edit = LineEdit(bytes)
        func positions(_ name: String) -> [Int] { Self.positions(of: name, in: edit) }
        switch self {
        case .add(let name, let hash):
            if let line = positions(name).first {
                throw .refused(
                    "\(name) is on line \(line + 1) already; change the password with 'rookery users passwd'.")
            }
            edit.append("\(name):\(hash.text)")
        case .setPassword(let name, let hash):
            guard let position = try edit.position(of: name, Self.isName) else { throw unknown(name) }
            edit.replace(position) { line in
                // What follows the hash stays: a comment of the file, and the end of the line.
                let cells = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
                var changed = Array(cells[0])
                changed += Array(":\(hash.text)".utf8)
                if cells.count > 2 {
                    changed.append(UInt8(ascii: ":"))
                    changed += cells[2]
                } else if line.last == 0x0D {
                    changed.append(0x0D)
                }
                return changed
            }
        case .remove(let name):
            let positions = positions(name)
            if positions.isEmpty { throw unknown(name) }
            edit.remove(positions)
        }
        return edit.bytes
    }

    private static func positions(of name: String, in edit: LineEdit) -> [Int] {
        edit.positions { isName(name, of: $0) }
    }

    private static func isName(_ name: String, of line: Substring) -> Bool {
        let cells = line.split(at: ":", maxSplits: 1)
        return line.unicodeScalars.first != "#" && cells.count > 1 && cells.first.map { $0 == name } == true
    }

    /// Whether a person has a line in a file.
    public static func hasPerson(_ name: String, file path: String) throws(SecretFile.Fault) -> Bool {
        !positions(of: name, in: LineEdit(try SecretFile.read(path, othersMay: .everything))).isEmpty
    }

    private func unknown(_ name: String) -> ChangeError {
        .refused("\(name) is not in the file; 'rookery users list' shows who is.")
    }

    /// Changes a file, which is made if there is none.
    /// - Throws: `ChangeError`; the file is then as it was.
    public func apply(toFile path: String) throws(ChangeError) -> LostAccess? {
        try SecretFile.change(path, option: "--users") { (bytes) throws(ChangeError) in
            if let bytes { return try apply(to: bytes) }
            guard case .add = self else { throw .refused("\(path) does not exist.") }
            return try apply(to: [])
        }
    }
}

import FileSystem

/// A change of one line of a rights file. The line is that of a person or a group.
public enum RightsChange: Sendable {
    /// In place of the line that is there, or as a new one.
    case set(String, RightsFile.Rights)
    case remove(String)

    /// A line with words as the file has them, such as `regions=CA-YT`. A shell has taken their quotes, so white space
    /// may be in them.
    /// - Throws: `ChangeError.refused` for a name or a word that no line can have.
    public static func set(_ name: String, words: [String]) throws(ChangeError) -> RightsChange {
        do throws(RightsLine.Fault) {
            try RightsLine.check(name)
            let rights = try RightsLine.rights(words.map { $0[...] })
            // Whatever is written must mean the same when it is read.
            let written = try RightsLine.read(RightsLine.text(name, rights)[...])
            guard let written, written == (name, rights) else {
                throw RightsLine.Fault(reason: "these rights can't be written in one line")
            }
            return .set(name, rights)
        } catch {
            throw .refused(error.reason + ".")
        }
    }

    /// The file after the change. All other lines stay as they are, also those that this program can't read, and so
    /// does a comment at the end of the line.
    /// - Throws: `ChangeError.refused` if the line is there several times, or is to be removed and is not there.
    func apply(to bytes: [UInt8]) throws(ChangeError) -> [UInt8] {
        var edit = LineEdit(bytes)
        switch self {
        case .set(let name, let rights):
            let text = RightsLine.text(name, rights)
            if let position = try edit.position(of: name, Self.isName) {
                edit.replace(position) { RightsLine.replaced($0, by: text) }
            } else {
                edit.append(text)
            }
        case .remove(let name):
            let positions = edit.positions { Self.isName(name, of: $0) }
            if positions.isEmpty {
                throw .refused("\(name) has no line in the file; 'rookery rights show' shows who has.")
            }
            edit.remove(positions)
        }
        return edit.bytes
    }

    /// Whether a person or a group has a line in a file.
    public static func hasLine(_ name: String, file path: String) throws(SecretFile.Fault) -> Bool {
        let edit = LineEdit(try SecretFile.read(path, othersMay: .everything))
        return !edit.positions { isName(name, of: $0) }.isEmpty
    }

    private static func isName(_ name: String, of line: Substring) -> Bool { RightsLine.name(of: line) == name }

    /// Changes a file, which is made if there is none.
    /// - Throws: `ChangeError`; the file is then as it was.
    public func apply(toFile path: String) throws(ChangeError) -> LostAccess? {
        try SecretFile.change(path, option: "--rights") { (bytes) throws(ChangeError) in
            if let bytes { return try apply(to: bytes) }
            guard case .set = self else { throw .refused("\(path) does not exist.") }
            return try apply(to: [])
        }
    }
}

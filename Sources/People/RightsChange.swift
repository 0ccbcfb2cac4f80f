import FileSystem

/// A change of one line of a rights file. The line is that of a person or a group.
public enum RightsChange: Sendable {
    /// In place of the line that is there, or as a new one. Rights are nil for `none`.
    /// - `dropsLimits`: Whether limits that they have now and that are not given again may go.
    case set(String, RightsFile.Rights?, dropsLimits: Bool)
    case remove(String)

    /// What a change has done.
    public struct Outcome: Sendable {
        /// What the file could not keep.
        public let lost: LostAccess?
        /// The lines that can be read, as they were and as they are now.
        public let old, new: RightsFile
    }

    /// A line with words as the file has them, such as `regions=CA-YT`. A shell has taken their quotes, so white space
    /// may be in them. A line without regions and data sets needs the word `all`, so that nobody sees all records
    /// because a word was forgotten.
    /// - Throws: `ChangeError.refused` for a name or a word that no line can have.
    public static func set(_ name: String, words: [String], dropsLimits: Bool = false) throws(ChangeError)
        -> RightsChange
    {
        do throws(RightsLine.Fault) {
            guard !name.hasAny(of: "=") else {
                throw RightsLine.Fault(reason: "\(quotedWord(name)) is not a name; give the name first")
            }
            try RightsLine.check(name)
            let rights = try RightsLine.rights(words.filter { $0 != "all" }.map { $0[...] })
            let isLimited = rights.map { $0.regions != nil || $0.datasets != nil } ?? true
            guard isLimited != words.contains("all") else {
                throw RightsLine.Fault(
                    reason: isLimited
                        ? "'all' is there with 'none' or a limit; leave out one of them"
                        : "say which records: regions=, datasets=, all for all records, or none")
            }
            // Whatever is written must mean the same when it is read.
            let written = try RightsLine.read(RightsLine.text(name, rights)[...])
            guard let written, written == (name, rights) else {
                throw RightsLine.Fault(reason: "these rights can't be written in one line")
            }
            return .set(name, rights, dropsLimits: dropsLimits)
        } catch {
            throw .refused(error.reason + ".")
        }
    }

    /// The file after the change. All other lines stay as they are, also those that this program can't read, and so
    /// does a comment at the end of the line.
    /// - Throws: `ChangeError.refused` if the line is there several times, or is to be removed and is not there, or if
    ///   limits would go unsaid.
    func apply(to bytes: [UInt8]) throws(ChangeError) -> [UInt8] {
        var edit = LineEdit(bytes)
        switch self {
        case .set(let name, let rights, let dropsLimits):
            let position = try edit.position(of: name, Self.isName)
            if let rights, !dropsLimits { try Self.check(bytes, edit, name, rights) }
            if let position {
                edit.replace(position) { RightsLine.replaced($0, by: name, rights) }
            } else {
                edit.append(RightsLine.text(name, rights))
            }
        case .remove(let name):
            let positions = edit.positions { Self.isName(name, of: $0) }
            if positions.isEmpty {
                throw .refused("\(name) has no line in the file; 'rookery rights show' shows all lines.")
            }
            edit.remove(positions)
        }
        return edit.bytes
    }

    /// Refuses rights that leave out a limit that somebody has now, such as their regions where only a date is given,
    /// or that they may have, where the line can't be read.
    private static func check(
        _ bytes: [UInt8], _ edit: LineEdit, _ name: String, _ new: RightsFile.Rights
    ) throws(ChangeError) {
        let file = RightsFile.readable(bytes)
        let group = name.unicodeScalars.first == "@" ? name : RightsFile.Group.users.rawValue
        for name in [name, group] {
            let lines = edit.positions { isName(name, of: $0) }.map { $0 + 1 }
            if let wrong = lines.first(where: { $0 != file.entry(of: name)?.line }) {
                throw .refused(
                    "line \(wrong), that of \(name), has a mistake, so its limits are not known; mend it, or let them go "
                        + "with --drop-limits.")
            }
            if !lines.isEmpty { break }
        }
        guard let old = name.unicodeScalars.first == "@" ? file.entry(of: name)?.rights : file.rights(ofUser: name)
        else { return }
        // Without both, 'all' was said.
        let isLimited = new.regions != nil || new.datasets != nil
        var left = RightsFile.Rights()
        if isLimited, new.regions == nil { left.regions = old.regions }
        if isLimited, new.datasets == nil { left.datasets = old.datasets }
        if new.end == nil { left.end = old.end }
        let words = RightsLine.words(of: left)
        guard !words.isEmpty else { return }
        throw .refused(
            "\(name) has \(words.joined(separator: " ")) now, and 'set' replaces all rights; give it again, or let it go "
                + "with --drop-limits.")
    }

    /// Whether a person or a group has a line in a file.
    public static func hasLine(_ name: String, file path: String) throws(SecretFile.Fault) -> Bool {
        let edit = LineEdit(try SecretFile.read(path, othersMay: .everything))
        return !edit.positions { isName(name, of: $0) }.isEmpty
    }

    private static func isName(_ name: String, of line: Substring) -> Bool { RightsLine.name(of: line) == name }

    /// Changes a file, which is made if there is none.
    /// - Throws: `ChangeError`; the file is then as it was.
    public func apply(toFile path: String) throws(ChangeError) -> Outcome {
        var (old, new): ([UInt8], [UInt8]) = ([], [])
        let lost = try SecretFile.change(path, option: "--rights") { (bytes) throws(ChangeError) in
            if bytes == nil, case .remove = self { throw .refused("\(path) does not exist.") }
            old = bytes ?? []
            guard !RightsFile.isCut(old) else { throw .refused("\(path), last line: \(RightsFile.cut).") }
            new = try apply(to: old)
            return new
        }
        return Outcome(lost: lost, old: .readable(old), new: .readable(new))
    }
}

/// What people may see, in a file of its own: a line for each, the name and then words such as
/// `alice metrics regions=CA-YT,US-AK datasets=atlas precise expires=2027-01-31`. Comments begin with `#`.
///
/// A file with any wrong line is refused, and whoever has no line and is in no group has no rights: a mistake never
/// opens anything.
public struct RightsFile: Sendable {
    /// Those who share a line.
    public enum Group: String, CaseIterable, Sendable {
        /// People of the users file without a line of their own.
        case users = "@users"
        /// Whoever gives the shared password.
        case shared = "@shared"
        /// Everybody, where the server is public.
        case everybody = "@public"
    }

    public struct Entry: Sendable {
        /// Of a person or a group.
        public let name: String
        /// Nil for `none`: then they see nothing, whatever their group sees.
        public let rights: Rights?
        /// From 1.
        public let line: Int

        public var isGroup: Bool { Group(rawValue: name) != nil }
        /// Whether the rights are over.
        /// - Parameter now: In seconds since 1970.
        public func haveEnded(at now: Int64) -> Bool { rights?.haveEnded(at: now) == true }
        /// The line without comments.
        public var text: String { RightsLine.text(name, rights) }
    }

    /// In the order of the file.
    public let entries: [Entry]
    private let positions: [String: Int]
    /// Warnings of comments that begin with a word of a line, so that the `#` may be a mistake.
    public let commentedWords: [(line: Int, text: String)]

    /// Reads a file.
    /// - Throws: `FileFault` with each line that is wrong.
    public init(_ bytes: [UInt8]) throws(FileFault) {
        let (file, faults) = Self.read(bytes)
        guard faults.isEmpty else { throw FileFault(faults) }
        self = file
    }

    /// The lines of a file that are right, for what a command tells. Nobody may be given rights from them: a wrong line
    /// may be one that limits somebody.
    static func readable(_ bytes: [UInt8]) -> RightsFile { read(bytes).file }

    private init(_ entries: [Entry], _ positions: [String: Int], _ commentedWords: [(line: Int, text: String)] = []) {
        (self.entries, self.positions, self.commentedWords) = (entries, positions, commentedWords)
    }

    private init(_ entries: [Entry]) {
        let positions = entries.enumerated().map { ($1.name, $0) }
        self.init(entries, Dictionary(positions, uniquingKeysWith: { first, _ in first }))
    }

    /// What both this file and another one give to each person and each group.
    public func common(with other: RightsFile) -> RightsFile {
        RightsFile(
            (entries + other.entries.filter { entry(of: $0.name) == nil }).map { entry in
                let rights = given(entry).flatMap { one in other.given(entry).flatMap { one.common(with: $0) } }
                return Entry(name: entry.name, rights: rights, line: entry.line)
            })
    }

    /// The rights of whoever an entry is for, which may be of another file.
    private func given(_ entry: Entry) -> Rights? {
        entry.isGroup ? self.entry(of: entry.name)?.rights : rights(ofUser: entry.name)
    }

    /// The rights of all others.
    public func without(_ group: Group) -> RightsFile { RightsFile(entries.filter { $0.name != group.rawValue }) }

    private static func read(_ bytes: [UInt8]) -> (file: RightsFile, faults: [FileFault.Line]) {
        var entries: [Entry] = []
        var positions: [String: Int] = [:]
        var commentedWords: [(line: Int, text: String)] = []
        var faults: [FileFault.Line] = []
        let lines = TextLines.of(bytes)
        for line in lines {
            let number = line.number
            do throws(RightsLine.Fault) {
                guard case .success(let text) = line.text else {
                    throw RightsLine.Fault(reason: "it is not UTF-8; save the file as UTF-8")
                }
                guard let (name, rights) = try RightsLine.read(text) else { continue }
                guard !line.isIndented else {
                    throw RightsLine.Fault(
                        reason: "it begins with white space; put all words of a person into one line, after the name")
                }
                if let other = positions[name] {
                    throw RightsLine.Fault(
                        reason: "'\(name)' is on line \(entries[other].line) already; put both into one line")
                }
                if let word = RightsLine.commentedWord(text) {
                    commentedWords.append(
                        (
                            number,
                            "\(quotedWord(word)) is in a comment, so it does not count; take the # away if it should"
                        ))
                }
                positions[name] = entries.count
                entries.append(Entry(name: name, rights: rights, line: number))
            } catch {
                let isOther = if case .success(let text) = line.text { RightsLine.isOfUsersFile(text) } else { false }
                let text = isOther ? "it is a line of a users file, which goes with --users" : error.reason
                faults.append(FileFault.Line(number: number, text: text))
            }
        }
        if isCut(bytes), let last = lines.last {
            faults.append(FileFault.Line(number: last.number, text: cut))
        }
        return (RightsFile(entries, positions, commentedWords), faults)
    }

    /// Whether the last line has no end. Words that limit somebody may be missing then, as when a disk was full.
    static func isCut(_ bytes: [UInt8]) -> Bool { bytes.last.map { $0 != UInt8(ascii: "\n") } ?? false }

    /// What is wrong then.
    static let cut = "it has no line end, so its end may be missing; see whether it is whole, and add a line end"

    /// The rights of a person of the users file: of their own line, or else of `@users`; nil if they have none.
    public func rights(ofUser name: String) -> Rights? {
        if let own = entry(of: name) { own.rights } else { rights(of: .users) }
    }

    public func rights(of group: Group) -> Rights? { entry(of: group.rawValue)?.rights }

    /// The line of a person or a group; nil if they have none.
    public func entry(of name: String) -> Entry? { positions[name].map { entries[$0] } }

    /// Whether more can be seen by a person of the users file without their own line than with it, since `@users` shows
    /// more or lasts longer.
    public func showsMore(without name: String) -> Bool {
        guard let own = entry(of: name), !own.isGroup, let others = rights(of: .users) else { return false }
        guard let rights = own.rights else { return true }
        return rights.showLess(than: others)
    }

    /// Warnings of data sets and regions that a database does not have, such as misspelt ones: they show nothing.
    /// - Parameter regions: Codes; a region is there too if a part of it is.
    public func unknown(datasets: [String], regions: [String]) -> [(line: Int, text: String)] {
        entries.flatMap { (entry) -> [(line: Int, text: String)] in
            guard let (codes, names) = entry.rights?.names else { return [] }
            // Names are compared as bytes, as rights are.
            let unknownNames = names.filter { name in !datasets.contains { $0.utf8.elementsEqual(name.utf8) } }
            let unknownCodes = codes.filter { code in !regions.contains { $0 == code || $0.hasPrefix(code + "-") } }
            return unknownNames.map { (entry.line, "the database has no data set '\($0)'") }
                + unknownCodes.map { (entry.line, "the database has no region '\($0)'") }
        }
    }

    /// What a person or a group may see, in words.
    public func inWords(_ name: String) -> String {
        if let own = entry(of: name) { return own.rights?.inWords ?? "nothing" }
        guard name.unicodeScalars.first != "@", let group = rights(of: .users) else { return "nothing" }
        return "as @users: " + group.inWords
    }
}

/// What people may see, in a file of its own: a line for each, the name and then words such as
/// `alice metrics regions=CA-YT,US-AK datasets=atlas expires=2027-01-31`. Comments begin with `#`.
///
/// A file with any wrong line is refused, and whoever has no line and is in no group has no rights: a mistake never
/// opens anything.
public struct RightsFile: Sendable {
    /// What somebody may see. Without words, that is all records.
    public struct Rights: Sendable, Hashable {
        /// Whether they may read the metrics of the server.
        public var metrics = false
        /// Codes such as `CA` or `CA-YT`, each with all regions within it; nil for everywhere.
        public var regions: [String]?
        /// The names of data sets; nil for all.
        public var datasets: [String]?
        /// Seconds since 1970: the end of their last day, in UTC; nil if there is none.
        public var end: Int64?

        public init() {}

        /// Whether they are over.
        /// - Parameter now: In seconds since 1970.
        public func haveEnded(at now: Int64) -> Bool { end.map { $0 <= now } ?? false }

        /// Whether they show all that others show. When they end does not matter.
        public func cover(_ others: Rights) -> Bool {
            (metrics || !others.metrics)
                && Self.covers(regions, others.regions) { $1.utf8.elementsEqual($0.utf8) || $1.hasPrefix($0 + "-") }
                && Self.covers(datasets, others.datasets) { $0.utf8.elementsEqual($1.utf8) }
        }

        /// Whether each of the others is within one of a list; nil is a list of everything.
        private static func covers(
            _ list: [String]?, _ others: [String]?, _ isWithin: (String, String) -> Bool
        ) -> Bool {
            guard let list else { return true }
            return others?.allSatisfy { other in list.contains { isWithin($0, other) } } ?? false
        }
    }

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
        public let rights: Rights
        /// From 1.
        public let line: Int

        public var isGroup: Bool { Group(rawValue: name) != nil }
        /// The line without comments.
        public var text: String { RightsLine.text(name, rights) }
    }

    /// In the order of the file.
    public let entries: [Entry]
    private let positions: [String: Int]

    /// Reads a file.
    /// - Throws: `FileFault` with each line that is wrong.
    public init(_ bytes: [UInt8]) throws(FileFault) {
        var entries: [Entry] = []
        var positions: [String: Int] = [:]
        var faults: [FileFault.Line] = []
        for (number, line) in TextLines.of(bytes) {
            do throws(RightsLine.Fault) {
                guard case .success(let text) = line else {
                    throw RightsLine.Fault(reason: "it is not UTF-8; save the file as UTF-8")
                }
                guard let (name, rights) = try RightsLine.read(text) else { continue }
                if let other = positions[name] {
                    throw RightsLine.Fault(
                        reason: "'\(name)' is on line \(entries[other].line) already; put both into one line")
                }
                positions[name] = entries.count
                entries.append(Entry(name: name, rights: rights, line: number))
            } catch {
                faults.append(FileFault.Line(number: number, text: error.reason))
            }
        }
        guard faults.isEmpty else { throw FileFault(faults) }
        (self.entries, self.positions) = (entries, positions)
    }

    /// The rights of a person of the users file: of their own line, or else of `@users`; nil if they have none.
    public func rights(ofUser name: String) -> Rights? { entry(of: name)?.rights ?? rights(of: .users) }

    public func rights(of group: Group) -> Rights? { entry(of: group.rawValue)?.rights }

    /// The line of a person or a group; nil if they have none.
    public func entry(of name: String) -> Entry? { positions[name].map { entries[$0] } }

    /// Whether more can be seen by a person of the users file without their own line than with it, since `@users` shows
    /// more or lasts longer.
    public func showsMore(without name: String) -> Bool {
        guard let own = entry(of: name), !own.isGroup, let others = rights(of: .users) else { return false }
        return !own.rights.cover(others) || (own.rights.end ?? .max) < (others.end ?? .max)
    }
}

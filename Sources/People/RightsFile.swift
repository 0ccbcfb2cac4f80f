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
    public func rights(ofUser name: String) -> Rights? { rights(name) ?? rights(of: .users) }

    public func rights(of group: Group) -> Rights? { rights(group.rawValue) }

    private func rights(_ name: String) -> Rights? { positions[name].map { entries[$0].rights } }
}

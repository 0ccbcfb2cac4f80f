import Birds
import FoundationEssentials

/// Who took how much, by the lines of audit files.
///
/// Memory grows with the number of people, and of names that were claimed with the shared password, up to
/// `mostClaimedNames`.
public struct AuditSummary: Sendable {
    /// What one person took, or everybody with the shared password who claimed one name.
    public struct Row: Sendable, Equatable {
        /// The name in the users file, or `@shared` or `@public`.
        public var person: String
        /// The name that was given with the shared password; nil if there was none.
        public var claimedName: String?
        public var requests = 0
        public var records = 0
        public var bytes = 0
        /// The times of the first and the last answer, as in the file.
        public var first: String
        public var last: String
    }

    /// The line of a file that is not one of an audit. Its message ends a sentence that begins with the line.
    public enum Fault: Error, Sendable, Equatable {
        case foreign, cutOff, tooLong

        public var message: String {
            switch self {
            case .foreign: "is not a line of an audit"
            case .cutOff: "is cut off"
            case .tooLong: "is too long for a line of an audit"
            }
        }
    }

    private struct Key: Hashable {
        let person: String
        let claimedName: String?
    }

    /// The members of a line that count here.
    private struct Line: Decodable {
        let time: String
        let event: String?
        let person: String?
        let claimedName: String?
        let records: Int?
        let bytes: Int?

        enum CodingKeys: String, CodingKey {
            case time, event, person
            case claimedName = "claimed_name"
            case records, bytes
        }
    }

    private let since: String
    private let until: String
    private var rowsByKey: [Key: Row] = [:]
    private var claimedNames = 0
    private let decoder = JSONDecoder()

    /// The most rows of claimed names. Further ones share one more, which has a name that no person has. People always
    /// have their own row, whatever others claim.
    static let mostClaimedNames = 10_000
    static let others = "@others"
    /// Names that stand for more than one person. No formula is one of them.
    private static let groups = ["@shared", "@public", others]
    /// The longest name of a person, in Unicode scalars. Longer claimed names are cut off.
    static let longestName = 255

    /// - Parameters:
    ///   - since: The first day, month or year that counts, such as `2026-01-31`, in UTC; nil for all.
    ///   - until: The last one.
    public init(since: String? = nil, until: String? = nil) {
        (self.since, self.until) = (since ?? "", until ?? "")
    }

    /// The rows, those with the most records first.
    public var rows: [Row] {
        rowsByKey.values.sorted {
            $0.records != $1.records
                ? $0.records > $1.records : ($0.person, $0.claimedName ?? "") < ($1.person, $1.claimedName ?? "")
        }
    }

    /// Adds a line.
    /// - Parameters:
    ///   - bytes: The line, without its line feed.
    ///   - isWhole: Whether it has a line feed.
    /// - Returns: Whether it is that of an answer, not of an event.
    @discardableResult
    public mutating func add(_ bytes: [UInt8], isWhole: Bool) throws(Fault) -> Bool {
        let line: Line
        do {
            line = try decoder.decode(Line.self, from: Data(bytes))
        } catch {
            throw isWhole ? .foreign : .cutOff
        }
        guard AuditSummary.isTime(line.time) else { throw .foreign }
        if line.event != nil { return false }
        guard let person = line.person, let records = line.records, let bytes = line.bytes, records >= 0, bytes >= 0,
            person.unicodeScalars.count <= AuditSummary.longestName
        else { throw .foreign }
        guard line.time.prefix(since.utf8.count) >= since, until.isEmpty || line.time.prefix(until.utf8.count) <= until
        else { return true }
        let claimed = line.claimedName.map { String($0.unicodeScalars.prefix(AuditSummary.longestName)) }
        var key = Key(person: person, claimedName: claimed)
        if claimed != nil, rowsByKey[key] == nil {
            if claimedNames < AuditSummary.mostClaimedNames {
                claimedNames += 1
            } else {
                key = Key(person: AuditSummary.others, claimedName: nil)
            }
        }
        let new = Row(person: key.person, claimedName: key.claimedName, first: line.time, last: line.time)
        var row = rowsByKey[key] ?? new
        row.requests += 1
        row.records = AuditSummary.sum(row.records, records)
        row.bytes = AuditSummary.sum(row.bytes, bytes)
        row.first = min(row.first, line.time)
        row.last = max(row.last, line.time)
        rowsByKey[key] = row
        return true
    }

    /// A file may have any numbers.
    private static func sum(_ first: Int, _ second: Int) -> Int {
        let (sum, isTooLarge) = first.addingReportingOverflow(second)
        return isTooLarge ? .max : sum
    }

    /// Whether a text has the form `2026-01-31T12:34:56.789Z`, so that times can be compared as texts.
    private static func isTime(_ text: String) -> Bool {
        text.utf8.elementsEqual("0000-00-00T00:00:00.000Z".utf8) { byte, form in
            form == UInt8(ascii: "0") ? (0x30...0x39).contains(byte) : byte == form
        }
    }

    /// The titles of `cells`.
    public static let titles = ["person", "claimed_name", "requests", "records", "bytes", "first", "last"]

    /// The summary as CSV (RFC 4180), with a line of titles.
    public var csv: String {
        let lines =
            [AuditSummary.titles]
            + rows.map { row in
                [
                    AuditSummary.groups.contains(row.person) ? row.person : SpreadsheetText.harmless(row.person),
                    SpreadsheetText.harmless(row.claimedName ?? ""), String(row.requests), String(row.records),
                    String(row.bytes), row.first, row.last,
                ]
            }
        return lines.map { $0.map(CSVText.quoted).joined(separator: ",") + "\r\n" }.joined()
    }
}

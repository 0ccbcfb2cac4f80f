import Birds

/// What the rows of a checklist say of it together.
///
/// Rules:
/// - What a row does not tell, another one may.
/// - Where rows contradict one another, nothing is known. Only the first identifier of a shared checklist counts.
struct ChecklistDetails {
    private(set) var details: RecordDetails
    /// The bytes of `details`, with the first value of each member.
    private(set) var bytes: [UInt8]
    /// The bits of the members that rows contradict.
    private(set) var contradicted: UInt32 = 0
    /// The first row that contradicts another one, but for its time, which it keeps.
    private(set) var origin: RecordDetails.Origin?

    init(_ details: RecordDetails, _ bytes: [UInt8]) { (self.details, self.bytes) = (details, bytes) }

    /// - Parameters:
    ///   - bytes: What another one had in `bytes`.
    ///   - contradicted: What it had in `contradicted`.
    init(_ bytes: [UInt8], contradicted: UInt32, origin: RecordDetails.Origin?) {
        (details, self.bytes, self.contradicted, self.origin) = (RecordDetails(bytes), bytes, contradicted, origin)
    }

    /// The members that rows contradict, but for the time.
    var lost: UInt32 { contradicted & ~DetailMember.time.bit }
    var hasSeveralTimes: Bool { contradicted & DetailMember.time.bit != 0 }

    /// Takes what another row says.
    /// - Returns: Whether anything has changed.
    mutating func add(_ other: RecordDetails, _ others: [UInt8]) -> Bool {
        if details.hasValues(of: other, others, in: bytes) { return false }
        let told = details.ofChecklist
        var differing: UInt32 = 0
        var both = told & other.ofChecklist & ~contradicted & ~DetailMember.group.bit
        while let member = DetailMember(rawValue: both.trailingZeroBitCount) {
            both &= both - 1
            if details.differs(member, in: bytes, from: other, others) { differing |= member.bit }
        }
        let isMore = other.ofChecklist & ~told != 0
        guard isMore || differing != 0 else { return false }
        contradicted |= differing
        if differing & ~DetailMember.time.bit != 0 { note(other.origin(in: others)) }
        if isMore { fill(other, others) }
        return true
    }

    /// Of two rows that contradict each other, the later one is reported.
    private mutating func note(_ other: RecordDetails.Origin?) {
        let origins = [details.origin(in: bytes), other].compactMap { $0 }
        guard let last = origins.max(by: { ($0.file, $0.line) < ($1.file, $1.line) }) else { return }
        if let origin, (origin.file, origin.line) < (last.file, last.line) { return }
        origin = last
    }

    private mutating func fill(_ other: RecordDetails, _ others: [UInt8]) {
        let (own, before) = (details, bytes)
        bytes = RecordDetails.compose(
            checklist: before[own.checklist], source: before[own.source],
            origin: own.origin(in: before) ?? other.origin(in: others),
            number: { member in
                own.integer(member, in: before) ?? (member.isOfChecklist ? other.integer(member, in: others) : nil)
            },
            text: { member in
                let text = own.text(member, in: before)
                return text.isEmpty && member.isOfChecklist ? other.text(member, in: others) : text
            })
        details = RecordDetails(bytes)
    }

    /// What is known of the checklist.
    /// - Parameter stored: What was known before; it stays where the rows tell nothing.
    func known(besides stored: [UInt8] = [], without others: UInt32 = 0) -> [UInt8] {
        if stored.isEmpty, contradicted | others == 0 { return bytes }
        let before = RecordDetails(stored)
        let isLost = { (member: DetailMember) in (contradicted | others) & member.bit != 0 }
        return RecordDetails.compose(
            checklist: bytes[details.checklist], source: [], origin: nil,
            number: { member in
                isLost(member) ? nil : details.integer(member, in: bytes) ?? before.integer(member, in: stored)
            },
            text: { member in
                let text = details.text(member, in: bytes)
                return isLost(member) ? [] : text.isEmpty ? before.text(member, in: stored) : text
            })
    }

    /// The names of members, for a report.
    static func names(_ members: UInt32) -> String {
        RecordDetails.ofChecklist.filter { members & $0.member.bit != 0 }.map(\.member.name).joined(separator: ", ")
    }
}

/// Finds the lines of a head one by one in input that arrives in pieces. Each byte is looked at once.
///
/// Every line ends with CRLF. A CR or LF outside of a CRLF, or any control character but the tab, is refused where it
/// appears: a recipient that treated it as a line end, or dropped it, would see a different message than the next
/// recipient does (RFC 9112 §2.2). The RFC lets a server accept a bare LF; this one does not.
///
/// `start <= scanned` holds, and neither goes back. The limits come from the caller, so a line never needs more memory
/// than they allow.
struct LineReader: Sendable {
    /// Where the current line begins.
    private(set) var start = 0
    /// All bytes before this position have been checked and need not be looked at again.
    private var scanned = 0

    enum Step {
        /// The input ends within the line.
        case needMore
        /// A line without its line end.
        case line(Range<Int>)
        /// The line reaches `bound`.
        case tooLong
    }

    /// The next line of `input`, which begins with the same byte in every call.
    /// - Parameter bound: The first position that the content of this line must not reach.
    /// - Throws: 400 for a bare CR or LF, or a control character.
    @inline(__always)
    mutating func next(in input: borrowing Span<UInt8>, bound: Int) throws(RequestError) -> Step {
        guard scanned <= bound else { return .tooLong }
        // The line end may begin at the bound, so one more byte is looked at.
        let end = bound < input.count ? bound + 1 : input.count
        var index = input.firstControl(in: scanned..<end)
        while index < end, input[index] == 0x09 { index = input.firstControl(in: index + 1..<end) }
        guard index < end else {
            scanned = index
            return index > bound ? .tooLong : .needMore
        }
        guard input[index] == 0x0D else {
            throw input[index] == 0x0A ? .bareLineFeed : .controlCharacter
        }
        // The CR is read again with the byte after it, which alone decides whether it is a line end.
        guard index + 1 < input.count else {
            scanned = index
            return .needMore
        }
        guard input[index + 1] == 0x0A else { throw .bareCarriageReturn }
        let line = start..<index
        start = index + 2
        scanned = start
        return .line(line)
    }
}

/// Finds the lines of a head, one after another, in bytes that come bit by bit. Each byte is looked at once.
///
/// Every line ends with CRLF. A CR or a LF that is not part of one, or any control character but the tab, is refused where
/// it stands: a recipient that took it for a line end, or dropped it, would see another message than its neighbour does
/// (RFC 9112 §2.2).
struct LineReader: Sendable {
    /// Where the line that is being read begins.
    private(set) var start = 0
    /// All bytes before this one belong to a line, or to the beginning of one, and hold nothing to be refused.
    private var scanned = 0

    enum Step {
        case needMore
        /// A line without its line end.
        case line(Range<Int>)
        /// The line begins after `bound`, or has content at it.
        case tooLong
    }

    /// The next line of `input`, which begins with the same byte as at every earlier call. `bound` is the first place
    /// where the content of this line may not be any more.
    @inline(__always)
    mutating func next(in input: borrowing Span<UInt8>, bound: Int) throws(RequestError) -> Step {
        guard scanned <= bound else { return .tooLong }
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

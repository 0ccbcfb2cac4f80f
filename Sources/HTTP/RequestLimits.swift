/// How much of a request is read before it is refused. All are counts of bytes, unless they say otherwise.
public struct RequestLimits: Sendable, Hashable {
    /// The longest request line, without its line end. A longer one is a 414.
    public var requestLine: Int
    /// The longest header section: all field lines with their line ends. A longer one is a 431. The trailer section of a
    /// chunked body has the same limit.
    public var headerSection: Int
    /// How many fields a header or a trailer section may have. One more is a 431.
    public var fieldCount: Int
    /// The longest body. A longer one is a 413.
    public var body: Int
    /// The longest body of a GET or HEAD that is read and dropped. A longer one is left unread, and the connection is
    /// closed after the answer.
    public var droppedBody: Int

    public init(
        requestLine: Int = 8 << 10, headerSection: Int = 16 << 10, fieldCount: Int = 100, body: Int = 1 << 20,
        droppedBody: Int = 64 << 10
    ) {
        self.requestLine = requestLine
        self.headerSection = headerSection
        self.fieldCount = fieldCount
        self.body = body
        self.droppedBody = droppedBody
    }
}

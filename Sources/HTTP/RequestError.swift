/// Why a request was refused before any handler saw it.
public struct RequestError: Error, Sendable, Hashable {
    public let status: Status
    /// A stable word for programs, such as `malformed-request-line`.
    public let code: String
    /// What is wrong, and how to mend it, for a person.
    public let message: String

    public init(_ status: Status, code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }
}

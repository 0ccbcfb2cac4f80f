import Birds
import HTTP

/// One request, and what its path names.
struct Call {
    let request: Request
    let route: Route?
    /// The format that the path names.
    let namedFormat: RowFormat?
    /// The value of `X-Request-Id` in the answer.
    let requestID: String
}

import Birds
import HTTP

/// One request on its way through the chain.
struct Call {
    let request: Request
    let route: Route?
    /// The format that the path names.
    let namedFormat: RowFormat?
    /// The value of `X-Request-Id` in the answer.
    let requestID: String
    /// Nil until authentication has found who asks.
    var principal: Principal?
}

/// Answers a call or throws why it can't.
typealias Handler = (inout Call) throws(APIError) -> Answer

/// A step before the handler: it answers itself, throws, or passes the call on, having noted in it what it found out.
typealias Middleware = (inout Call, Handler) throws(APIError) -> Answer

/// Folds the chain once: the first middleware sees a call first.
func chained(_ middleware: [Middleware], before handler: @escaping Handler) -> Handler {
    var handler = handler
    for step in middleware.reversed() {
        let next = handler
        handler = { (call) throws(APIError) in try step(&call, next) }
    }
    return handler
}

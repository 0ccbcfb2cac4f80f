import Birds
import People

/// The authenticated sender of a request, and the records that they may see.
struct Principal: Sendable {
    /// The user name of Basic credentials; nil if only the field `Password` was sent, or none.
    var name: String?
    let view: View
    let mayReadMetrics: Bool
    /// Whether others may see other records at the same path, or this person later.
    let isLimited: Bool
    /// Why this person is refused everything; nil if they are not.
    let refusal: APIError?
    /// When their rights end, in seconds since 1970; nil if they don't.
    let end: Int64?
    /// Whether they may still see all of `view`. Nil if that can't change.
    let isStillEntitled: (@Sendable () -> Bool)?

    /// Who needs no credentials for what they ask, and sees no record.
    static let nobody = Principal(name: nil, refusal: nil)

    /// Somebody who sees nothing.
    init(name: String?, refusal: APIError?) {
        (self.name, self.refusal) = (name, refusal)
        (view, mayReadMetrics, isLimited, end, isStillEntitled) = (.nothing, false, true, nil, nil)
    }

    /// - Parameter rights: Nil if there is no rights file.
    init(name: String?, rights: RightsFile.Rights?, isStillEntitled: (@Sendable () -> Bool)?) {
        (self.name, self.isStillEntitled) = (name, isStillEntitled)
        view = rights.map(View.init) ?? .everything
        (mayReadMetrics, isLimited) = (rights?.metrics ?? true, rights != nil)
        (refusal, end) = (nil, rights?.end)
    }
}

extension View {
    fileprivate init(_ rights: RightsFile.Rights) {
        self.init([Part(regions: rights.regions, datasets: rights.datasets)])
    }
}

import Birds
import People

/// The authenticated sender of a request, and the records that they may see.
struct Principal: Sendable {
    /// Who it is, as far as that is certain.
    enum Sender: Sendable, Equatable {
        /// A person of the users file, by name.
        case person(String)
        /// Somebody with the shared password, and the name that they gave, which may be anybody's.
        case shared(claimed: String?)
        /// Anybody, where the server is public.
        case everybody
        /// Somebody who asks for what needs no credentials.
        case nobody
    }

    var sender: Sender
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
    static let nobody = Principal(.nobody, refusal: nil)

    /// Somebody who sees nothing.
    init(_ sender: Sender, refusal: APIError?) {
        (self.sender, self.refusal) = (sender, refusal)
        (view, mayReadMetrics, isLimited, end, isStillEntitled) = (.nothing, false, true, nil, nil)
    }

    /// - Parameter rights: Nil if there is no rights file.
    init(_ sender: Sender, rights: RightsFile.Rights?, isStillEntitled: (@Sendable () -> Bool)?) {
        (self.sender, self.isStillEntitled) = (sender, isStillEntitled)
        view = rights.map(View.init) ?? View()
        (mayReadMetrics, isLimited) = (rights?.metrics ?? true, rights != nil)
        (refusal, end) = (nil, rights?.end)
    }

    /// The user name of Basic credentials; nil if only the field `Password` was sent, or none.
    var name: String? {
        switch sender {
        case .person(let name): name
        case .shared(let claimed): claimed
        case .everybody, .nobody: nil
        }
    }
}

extension View {
    fileprivate init(_ rights: RightsFile.Rights) {
        let precision: Precision =
            switch rights.precision {
            case .everywhere: .everywhere
            case .only(let regions, let datasets): .only(regions: regions, datasets: datasets)
            }
        self.init(regions: rights.regions, datasets: rights.datasets, precision: precision)
    }
}

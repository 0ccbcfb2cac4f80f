/// Which editions of the records a view reads. The raw value is the word for it in an audit.
public enum Editions: String, Sendable {
    case exact, general
    case both = "exact+general"
}

/// What readers are told where some of the places that they see are not the exact ones.
public struct Generalisation: Sendable, Hashable {
    /// Who may be asked for exact places: addresses of people, in the words of the list.
    public let contacts: [String]

    public init(contacts: [String]) { self.contacts = contacts }
}

extension ObservationStore {
    /// Which editions a view reads. A published file has only a general one.
    public func editions(of view: View) -> Editions {
        let generality = read(by: view).map { $0.contacts != nil }
        return generality.contains(true) ? generality.contains(false) ? .both : .general : .exact
    }

    /// What to tell the readers of a view; nil if all places that it shows are exact.
    public func generalisation(of view: View) -> Generalisation? {
        read(by: view).compactMap(\.contacts).first.map { Generalisation(contacts: $0) }
    }
}

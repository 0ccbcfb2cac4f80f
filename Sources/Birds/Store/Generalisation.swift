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

import Birds

/// Who asks, as authentication found it, and what they may see.
struct Principal: Sendable {
    /// The user name of Basic credentials; nil with the shared password alone, and where nobody is asked.
    let name: String?
    let view: View
}

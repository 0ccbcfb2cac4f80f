import Birds

/// Who asks, as authentication found it.
struct Principal: Sendable {
    /// The user name of Basic credentials; nil with the shared password alone, and where the server is public.
    let name: String?

    /// What the principal may see. The shared password shows every record.
    var view: View { .everything }
}

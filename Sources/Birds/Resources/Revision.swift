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
    /// Which editions a view reads. A file has no general edition yet.
    public func editions(of view: View) -> Editions { .exact }

    /// What to tell the readers of a view; nil if all places that it shows are exact.
    public func generalisation(of view: View) -> Generalisation? { nil }

    /// Whether a view shows all that is in the file.
    public func showsEverything(_ view: View) -> Bool { view.regions == nil && view.datasets == nil }

    /// The revision of what a view shows. It reads nothing.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    public func revision(of view: View) throws(StoreError) -> Revision {
        let scope = try resolver.scope(view)
        if scope.isEverything { return Revision(id: generation.id, changedAt: generation.publishedAt) }
        return holdings.revision(of: view) { makeRevision(scope) }
    }

    private func makeRevision(_ scope: Scope) -> Revision {
        var hash = KeyedHash(secret.tags)
        var changedAt: Int64 = 0
        func add(_ digest: UInt128) {
            hash.add(UInt64(truncatingIfNeeded: digest >> 64))
            hash.add(UInt64(truncatingIfNeeded: digest))
        }
        func add(_ content: HoldingList.Content?) {
            guard let content else { return }
            add(content.digest)
            changedAt = max(changedAt, content.changedAt)
        }
        add(holdings.species)
        var shown: [Int64] = []
        for dataset in holdings.datasets where scope.contains(dataset: dataset.id) {
            var isShown = false
            for holding in dataset.holdings where scope.regions.contains(holding.region) {
                if !isShown {
                    isShown = true
                    shown.append(dataset.id)
                    add(dataset.description)
                    // `/datasets` shows it to whoever sees all regions.
                    if scope.regions.isEverywhere { add(dataset.origin) }
                }
                add(holding.content)
            }
        }
        // Records that are equal but for their data sets come in the order of the ids of these, which in a file of an
        // earlier version need not be that of their names.
        for position in shown.indices.sorted(by: { shown[$0] < shown[$1] }) { hash.add(UInt64(position)) }
        let digest = String(hash.finish(), radix: 16)
        return Revision(id: String(repeating: "0", count: 32 - digest.count) + digest, changedAt: changedAt)
    }
}

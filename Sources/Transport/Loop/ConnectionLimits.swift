import HTTP
import Synchronization

/// Counts the connections of all loops, in total and for each client: an address, or of IPv6 a network
/// (`ClientNetwork`). Any loop may call it. The lock is held for one look into a dictionary, and only for addresses
/// that are limited.
final class ConnectionLimits: Sendable {
    private let total: Int
    private let perAddress: Int
    private let proxies: TrustedProxies
    private let count = Atomic(0)
    /// Only those that are limited and have connections, so there are at most as many entries as connections.
    private let counts = Mutex<[ClientNetwork: Int]>([:])

    /// - Parameter most: The most connections in all; nil for what the configuration says.
    init(_ configuration: ServerConfiguration, most: Int? = nil) {
        total = most ?? configuration.maxConnections
        perAddress = configuration.maxConnectionsPerAddress
        proxies = configuration.proxies
    }

    /// The most connections at once with this many descriptors.
    static func most(_ configuration: ServerConfiguration, descriptors: Int) -> Int {
        let forFiles = min(configuration.descriptorsForFiles, descriptors / 2)
        let others = forFiles + configuration.threads * EventLoop.refusalReserve
        return max(1, min(configuration.maxConnections, descriptors - others))
    }

    /// Counts a connection of this address if one more is allowed. Then `release` must follow when it closes.
    /// - Returns: Whether it was counted.
    func admit(_ address: String) -> Bool {
        // Counted first and taken back if it was one too many: two loops can't both take the last place.
        guard count.add(1, ordering: .relaxed).newValue <= total else {
            count.subtract(1, ordering: .relaxed)
            return false
        }
        if isUnlimited(address) { return true }
        let network = ClientNetwork(address)
        let isAdmitted = counts.withLock { counts in
            guard counts[network, default: 0] < perAddress else { return false }
            counts[network, default: 0] += 1
            return true
        }
        if !isAdmitted { count.subtract(1, ordering: .relaxed) }
        return isAdmitted
    }

    /// Takes back the count of an admitted connection that has closed.
    func release(_ address: String) {
        count.subtract(1, ordering: .relaxed)
        if isUnlimited(address) { return }
        let network = ClientNetwork(address)
        counts.withLock { counts in
            guard let count = counts[network] else { return }
            counts[network] = count > 1 ? count - 1 : nil
        }
    }

    /// Whether an address has no limit of its own: many clients may be behind it.
    private func isUnlimited(_ address: String) -> Bool {
        Peer(address: address).isLocal || !proxies.isEmpty && proxies.contains(address)
    }
}

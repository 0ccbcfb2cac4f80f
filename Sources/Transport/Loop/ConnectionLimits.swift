import Synchronization

/// How many connections the loops of a server have, in all and for each address.
final class ConnectionLimits: Sendable {
    private let total: Int
    private let perAddress: Int
    private let count = Atomic(0)
    /// Only of addresses that are limited and have connections, so it has at most as many entries as there are
    /// connections.
    private let counts = Mutex<[String: Int]>([:])

    init(_ configuration: ServerConfiguration) {
        total = configuration.maxConnections
        perAddress = configuration.maxConnectionsPerAddress
    }

    /// Counts a connection of this address, if there may be one more.
    func admit(_ address: String) -> Bool {
        guard count.add(1, ordering: .relaxed).newValue <= total else {
            count.subtract(1, ordering: .relaxed)
            return false
        }
        if SocketAddress.isLocal(address) { return true }
        let isAdmitted = counts.withLock { counts in
            guard counts[address, default: 0] < perAddress else { return false }
            counts[address, default: 0] += 1
            return true
        }
        if !isAdmitted { count.subtract(1, ordering: .relaxed) }
        return isAdmitted
    }

    /// A connection that was admitted is closed.
    func release(_ address: String) {
        count.subtract(1, ordering: .relaxed)
        if SocketAddress.isLocal(address) { return }
        counts.withLock { counts in
            guard let count = counts[address] else { return }
            counts[address] = count > 1 ? count - 1 : nil
        }
    }
}

import CLinux
import Glibc

/// A listening socket. On TCP each event loop has its own, and the kernel spreads the connections over them
/// (SO_REUSEPORT); a Unix socket is shared by all loops. The file of a Unix socket is removed with its listener, so the
/// last loop that lets go of it removes it.
final class Listener: Sendable {
    let descriptor: Descriptor
    private let path: String?

    /// How many connections may wait to be accepted. It covers a burst of clients that reconnect at once; the kernel
    /// lowers it to `somaxconn`.
    private static let backlog: Int32 = 1024

    private init(_ descriptor: consuming Descriptor, path: String? = nil) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        if let path { unlink(path) }
    }

    /// Opens the listener of every loop, as configured.
    ///
    /// - Returns: One listener for each loop, and the server's URL.
    static func open(_ configuration: ServerConfiguration) throws(ServerError) -> (listeners: [Listener], url: String) {
        let count = max(1, configuration.threads)
        if let path = configuration.socketPath {
            let listener = try openUnix(path)
            return (Array(repeating: listener, count: count), "unix:" + path)
        }
        let (first, address) = try openFirst(configuration)
        var listeners = [first]
        for _ in 1..<max(2, count) where listeners.count < count {
            do throws(SystemCallError) {
                listeners.append(Listener(try bound(to: address, sharing: true)))
            } catch {
                throw .system("Can't open a listening socket for every thread: \(error).")
            }
        }
        let host = address.family == AF_INET6 ? "[\(address.text)]" : address.text
        return (listeners, "http://\(host):\(address.port)")
    }

    // MARK: - TCP

    /// The first listener binds the port exclusively: with SO_REUSEPORT from the start, a second server could silently
    /// share a port that is in use. Once it listens, it allows the other loops to share it.
    private static func openFirst(
        _ configuration: ServerConfiguration
    ) throws(ServerError) -> (listener: Listener, address: SocketAddress) {
        let host = configuration.host
        let addresses: [SocketAddress]
        do throws(SocketAddress.Unusable) {
            addresses = try SocketAddress.resolve(host: host, port: configuration.port)
        } catch {
            throw .cannotListen(
                "Can't listen on \"\(host)\": \(error.reason). Set --host to an address of this machine.")
        }
        var failure = SystemCallError("bind", errno: EADDRNOTAVAIL)
        for address in addresses {
            do throws(SystemCallError) {
                let descriptor = try bound(to: address, sharing: false)
                try share(descriptor)
                let actual = try SocketAddress(of: descriptor)
                return (Listener(descriptor), actual)
            } catch {
                failure = error
                // A name may have addresses that this machine lacks. Any other failure concerns the port.
                guard error.errno == EADDRNOTAVAIL || error.errno == EAFNOSUPPORT else { break }
            }
        }
        throw .cannotListen(sentence(for: failure, host: host, port: configuration.port))
    }

    private static func bound(
        to address: SocketAddress, sharing: Bool
    ) throws(SystemCallError) -> Descriptor {
        let descriptor = try Descriptor.stream(family: address.family)
        // Allows a restart while connections of the earlier run are in TIME_WAIT.
        try descriptor.set(SO_REUSEADDR, level: SOL_SOCKET, to: 1)
        if sharing { try share(descriptor) }
        if address.family == AF_INET6 {
            // `::` accepts IPv4 too, whatever the system's default is.
            try descriptor.set(IPV6_V6ONLY, level: Int32(IPPROTO_IPV6), to: address.isAny ? 0 : 1)
        }
        // Answers are collected in `SendBuffer`, so the kernel must not delay them. Accepted connections inherit this.
        try descriptor.set(TCP_NODELAY, level: Int32(IPPROTO_TCP), to: 1)
        try SystemCallError.check(address.withPointer { bind(descriptor.number, $0, $1) }, "bind")
        try SystemCallError.check(listen(descriptor.number, backlog), "listen")
        return descriptor
    }

    private static func share(_ descriptor: borrowing Descriptor) throws(SystemCallError) {
        try descriptor.set(SO_REUSEPORT, level: SOL_SOCKET, to: 1)
    }

    private static func sentence(for error: SystemCallError, host: String, port: UInt16) -> String {
        switch error.errno {
        case EADDRINUSE:
            "Port \(port) on \(host) is in use by another program. Choose another with --port."
        case EACCES:
            "Port \(port) is reserved for privileged programs. Choose a port from 1024 up with --port."
        case EADDRNOTAVAIL:
            "No network interface of this machine has the address \(host). Set --host to one that it has, or to 0.0.0.0 for all."
        case EAFNOSUPPORT:
            "This machine can't use addresses like \(host). Set --host to another one."
        default:
            "Can't listen on \(host), port \(port): \(error)."
        }
    }

    // MARK: - Unix socket

    private static func openUnix(_ path: String) throws(ServerError) -> Listener {
        let address: SocketAddress
        do throws(SocketAddress.Unusable) {
            address = try SocketAddress(path: path)
        } catch {
            throw .cannotListen(
                "Can't listen on the socket \"\(path)\": \(error.reason). Choose another with --socket.")
        }
        do throws(SystemCallError) {
            try removeStaleSocket(path, address)
            let descriptor = try Descriptor.stream(family: AF_UNIX)
            try SystemCallError.check(address.withPointer { bind(descriptor.number, $0, $1) }, "bind")
            try SystemCallError.check(listen(descriptor.number, backlog), "listen")
            return Listener(descriptor, path: path)
        } catch {
            let reason =
                switch error.errno {
                case EADDRINUSE: "another server listens there"
                case EEXIST: "a file is there that is not a socket"
                default: error.reason
                }
            throw .cannotListen("Can't listen on the socket \"\(path)\": \(reason). Choose another with --socket.")
        }
    }

    /// Removes the socket of a server that was killed. A socket on which a server listens is an error, and so is a file
    /// of any other kind, which is never removed. `lstat` does not follow a symbolic link to someone else's file.
    private static func removeStaleSocket(_ path: String, _ address: SocketAddress) throws(SystemCallError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw SystemCallError("bind", errno: EEXIST) }
        let probe = try Descriptor.stream(family: AF_UNIX)
        guard address.withPointer({ connect(probe.number, $0, $1) }) != 0, errno == ECONNREFUSED else {
            throw SystemCallError("bind", errno: EADDRINUSE)
        }
        unlink(path)
    }
}

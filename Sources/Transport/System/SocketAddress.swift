import CLinux
import Glibc

/// The address of a socket: IPv4, IPv6 or a path.
///
/// It is stored as the kernel's own structure; only the first `length` bytes of `storage` count.
struct SocketAddress: Sendable {
    private var storage = sockaddr_storage()
    private(set) var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    /// A host or a path that can't be used as an address.
    struct Unusable: Error {
        /// The reason, as the end of a sentence.
        let reason: String
    }

    var family: Int32 { Int32(storage.ss_family) }

    // MARK: - Made from text

    /// The addresses of a host, IPv4 first, so that a server on `localhost` is reachable for the most clients.
    ///
    /// It may wait for DNS, so it is called at start only.
    /// - Parameter host: A name, or an address, IPv6 with or without the brackets of a URL.
    static func resolve(host: String, port: UInt16) throws(Unusable) -> [SocketAddress] {
        var name = host[...]
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        guard !name.isEmpty, !name.utf8.contains(0) else { throw Unusable(reason: "it is not an address or a name") }

        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(String(name), String(port), &hints, &list)
        guard code == 0 else { throw Unusable(reason: String(cString: gai_strerror(code)).lowercased()) }
        defer { freeaddrinfo(list) }

        var addresses: [SocketAddress] = []
        var entry = list
        while let info = entry?.pointee {
            if let address = info.ai_addr { addresses.append(SocketAddress(copying: address, length: info.ai_addrlen)) }
            entry = info.ai_next
        }
        return addresses.filter { $0.family == AF_INET } + addresses.filter { $0.family == AF_INET6 }
    }

    /// The address of a Unix socket.
    init(path: String) throws(Unusable) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // One byte is for the zero that ends the path.
        let capacity = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard !path.isEmpty, !path.utf8.contains(0) else { throw Unusable(reason: "it is empty or has a zero byte") }
        guard path.utf8.count <= capacity else {
            throw Unusable(reason: "it is longer than the \(capacity) bytes that the system allows")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        self = withUnsafeBytes(of: &address) { SocketAddress(copying: $0) }
    }

    // MARK: - Made by the system

    /// The address that a socket is bound to.
    init(of descriptor: borrowing Descriptor) throws(SystemCallError) {
        let number = descriptor.number
        let result = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
        }
        try SystemCallError.check(result, "getsockname")
    }

    /// Accepts the next connection of a listening socket, as a non-blocking descriptor with the address of its other
    /// end. Like `accept4`, it returns -1 and sets `errno` if there is none.
    static func accept(from listener: Int32) -> (descriptor: Int32, address: SocketAddress) {
        var address = SocketAddress()
        let descriptor = withUnsafeMutablePointer(to: &address.storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                accept4(listener, $0, &address.length, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
            }
        }
        return (descriptor, address)
    }

    private init() {}

    private init(copying address: UnsafePointer<sockaddr>, length: socklen_t) {
        self.init(copying: UnsafeRawBufferPointer(start: address, count: Int(length)))
    }

    private init(copying bytes: UnsafeRawBufferPointer) {
        let count = min(bytes.count, MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count])) }
        length = socklen_t(count)
    }

    // MARK: - Used

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// The port; 0 for a Unix socket.
    var port: UInt16 {
        switch family {
        case AF_INET: read(sockaddr_in.self).sin_port.bigEndian
        case AF_INET6: read(sockaddr_in6.self).sin6_port.bigEndian
        default: 0
        }
    }

    /// The IPv4 or IPv6 address as text, without port and brackets; `unix` for a Unix socket. An IPv4 client of an IPv6
    /// socket (`::ffff:1.2.3.4`) is written as IPv4, so that it has one name in logs and limits.
    var text: String {
        switch family {
        case AF_INET:
            var address = read(sockaddr_in.self).sin_addr
            return Self.text(AF_INET, &address)
        case AF_INET6:
            var address = read(sockaddr_in6.self).sin6_addr
            let text = Self.text(AF_INET6, &address)
            return text.hasPrefix("::ffff:") && text.contains(".") ? String(text.dropFirst(7)) : text
        default:
            return "unix"
        }
    }

    /// Whether this is `0.0.0.0` or `::`.
    var isAny: Bool {
        let text = text
        return text == "0.0.0.0" || text == "::"
    }

    private func read<Address>(_: Address.Type) -> Address {
        withUnsafeBytes(of: storage) { $0.load(as: Address.self) }
    }

    private static func text(_ family: Int32, _ address: UnsafeRawPointer) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            guard let start = buffer.baseAddress,
                inet_ntop(family, address, start, socklen_t(buffer.count)) != nil
            else { return "unknown" }
            return String(cString: start)
        }
    }
}

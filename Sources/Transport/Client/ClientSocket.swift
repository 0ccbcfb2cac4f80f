import Glibc

/// The connection of a client: reads and writes wait, but not longer than they may.
struct ClientSocket: ~Copyable {
    /// The server as it is named in errors.
    let name: String
    private let descriptor: Descriptor
    private let timeout: Duration

    /// Connects to the first address of the place that takes a connection.
    init(_ place: HTTPClient.Place, connectTimeout: Duration, timeout: Duration) throws(ClientError) {
        self.timeout = timeout
        let name =
            switch place {
            case .network(let host, let port): "\(Self.bracketed(host)):\(port)"
            case .socket(let path): "the socket \(path)"
            }
        self.name = name
        let addresses: [SocketAddress]
        do throws(SocketAddress.Unusable) {
            switch place {
            case .network(let host, let port): addresses = try SocketAddress.resolve(host: host, port: port)
            case .socket(let path): addresses = [try SocketAddress(path: path)]
            }
        } catch {
            throw ClientError("Can't connect to \(name): \(error.reason).")
        }
        do throws(SystemCallError) {
            descriptor = try Self.connect(to: addresses, connectTimeout)
        } catch {
            switch error.errno {
            case ECONNREFUSED, ENOENT: throw ClientError("Nothing listens on \(name). Does the server run?")
            default: throw ClientError("Can't connect to \(name): \(error.reason).")
            }
        }
    }

    func send(_ bytes: [UInt8]) throws(ClientError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                let rest = UnsafeRawBufferPointer(rebasing: $0[sent...])
                return Glibc.send(descriptor.number, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                try wait(for: POLLOUT)
            } else if errno != EINTR {
                // A server that refuses closes early; what it said can still be read.
                return
            }
        }
    }

    /// Moves the bytes that are kept to the front of the buffer, and receives what fits after them.
    ///
    /// - Returns: How many bytes came; 0 when the server has closed.
    func receive(into buffer: inout [UInt8], keeping kept: Range<Int>) throws(ClientError) -> Int {
        for offset in 0..<kept.count { buffer[offset] = buffer[kept.lowerBound + offset] }
        while true {
            let count = buffer.withUnsafeMutableBytes {
                let room = UnsafeMutableRawBufferPointer(rebasing: $0[kept.count...])
                return recv(descriptor.number, room.baseAddress, room.count, 0)
            }
            if count >= 0 { return count }
            if errno == EAGAIN {
                try wait(for: POLLIN)
            } else if errno != EINTR {
                throw ClientError("The connection to \(name) broke: \(SystemCallError("recv").reason).")
            }
        }
    }

    private static func connect(to addresses: [SocketAddress], _ timeout: Duration) throws(SystemCallError)
        -> Descriptor
    {
        var failure = SystemCallError("connect", errno: EADDRNOTAVAIL)
        for address in addresses {
            do throws(SystemCallError) {
                let descriptor = try Descriptor.stream(family: address.family)
                try connect(descriptor, to: address, timeout)
                return descriptor
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private static func connect(
        _ descriptor: borrowing Descriptor, to address: SocketAddress, _ timeout: Duration
    ) throws(SystemCallError) {
        if address.withPointer({ Glibc.connect(descriptor.number, $0, $1) }) == 0 { return }
        guard errno == EINPROGRESS || errno == EINTR else { throw SystemCallError("connect") }
        guard wait(for: POLLOUT, on: descriptor, timeout) else { throw SystemCallError("connect", errno: ETIMEDOUT) }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        try SystemCallError.check(getsockopt(descriptor.number, SOL_SOCKET, SO_ERROR, &code, &size), "getsockopt")
        if code != 0 { throw SystemCallError("connect", errno: code) }
    }

    private func wait(for event: Int32) throws(ClientError) {
        guard Self.wait(for: event, on: descriptor, timeout) else {
            throw ClientError("The server at \(name) was silent for \(timeout).")
        }
    }

    /// Waits for an event; false when the time is over.
    private static func wait(for event: Int32, on descriptor: borrowing Descriptor, _ timeout: Duration) -> Bool {
        let deadline = Clock.nanoseconds() + timeout.nanoseconds
        while true {
            let now = Clock.nanoseconds()
            let rest = now < deadline ? (deadline - now + 999_999) / 1_000_000 : 0
            var entry = pollfd(fd: descriptor.number, events: Int16(event), revents: 0)
            let count = poll(&entry, 1, Int32(clamping: rest))
            if count > 0 { return true }
            if count == 0 || errno != EINTR { return false }
        }
    }

    /// An IPv6 address in the brackets that it has in a URL.
    static func bracketed(_ host: String) -> String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    }
}

import Glibc

/// The connection of a client. Each read and write waits at most `timeout`. The socket is non-blocking underneath, so
/// that a signal or a spurious wakeup never makes a wait longer.
struct ClientSocket: ~Copyable {
    /// The name of the server in error messages.
    let name: String
    private let descriptor: Descriptor
    private let timeout: Duration

    /// Connects to the first address of the place that accepts a connection.
    /// - Throws: A sentence that says why no address did.
    init(_ endpoint: HTTPClient.Endpoint, connectTimeout: Duration, timeout: Duration) throws(ClientError) {
        self.timeout = timeout
        let name =
            switch endpoint {
            case .network(let host, let port): "\(Self.bracketed(host)):\(port)"
            case .socket(let path): "the socket \(path)"
            }
        self.name = name
        let addresses: [SocketAddress]
        do throws(SocketAddress.Unusable) {
            switch endpoint {
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
            case ECONNREFUSED, ENOENT: throw ClientError("Nothing listens on \(name). Is the server running?")
            default: throw ClientError("Can't connect to \(name): \(error.reason).")
            }
        }
    }

    /// Sends all bytes, unless the server stops reading.
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
                // A server that refuses a request closes early, but its answer can still be read.
                return
            }
        }
    }

    /// Moves the bytes in `kept` to the front of the buffer, and receives as much as fits after them. `kept` must be
    /// shorter than the buffer, or the 0 of a full buffer would look like the end.
    ///
    /// - Returns: The number of bytes received; 0 when the server has closed the connection.
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

    /// Tries the addresses in order; the error is that of the last one.
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
        // A non-blocking connect reports its result here.
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        try SystemCallError.check(getsockopt(descriptor.number, SOL_SOCKET, SO_ERROR, &code, &size), "getsockopt")
        if code != 0 { throw SystemCallError("connect", errno: code) }
    }

    private func wait(for event: Int32) throws(ClientError) {
        guard Self.wait(for: event, on: descriptor, timeout) else {
            throw ClientError("The server at \(name) did not answer for \(timeout).")
        }
    }

    /// Waits for an event.
    /// - Returns: False if the time is up.
    private static func wait(for event: Int32, on descriptor: borrowing Descriptor, _ timeout: Duration) -> Bool {
        let deadline = Clock.nanoseconds() + timeout.nanoseconds
        while true {
            let now = Clock.nanoseconds()
            // Rounded up to milliseconds, or the last wait would be a busy loop.
            let rest = now < deadline ? (deadline - now + 999_999) / 1_000_000 : 0
            var entry = pollfd(fd: descriptor.number, events: Int16(event), revents: 0)
            let count = poll(&entry, 1, Int32(clamping: rest))
            if count > 0 { return true }
            if count == 0 || errno != EINTR { return false }
        }
    }

    /// A host as written in a URL, where an IPv6 address has brackets (RFC 3986 §3.2.2).
    static func bracketed(_ host: String) -> String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    }
}

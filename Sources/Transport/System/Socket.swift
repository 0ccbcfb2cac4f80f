import CLinux
import Glibc

/// Operations on sockets and events other than reading and writing data.
extension Descriptor {
    /// A new non-blocking stream socket, closed in any program that this one starts.
    static func stream(family: Int32) throws(SystemCallError) -> Descriptor {
        let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        return try Descriptor(socket(family, Int32(type), 0), from: "socket")
    }

    /// Sets an option whose value is an integer.
    func set(_ option: Int32, level: Int32, to value: Int32) throws(SystemCallError) {
        var value = value
        let size = socklen_t(MemoryLayout<Int32>.size)
        try SystemCallError.check(setsockopt(number, level, option, &value, size), "setsockopt")
    }

    /// Makes `close` reset the connection, so that the other end sees that its data was cut off.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// The number of bytes handed to the socket that the other end has not yet acknowledged.
    var untakenBytes: Int {
        var count: Int32 = 0
        // TIOCOUTQ works for Unix sockets too. If the kernel can't say, the client counts as not reading.
        return ioctl(number, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : .max
    }

    /// A counter that `poll` and `epoll` can wait for, to wake a thread.
    static func event() throws(SystemCallError) -> Descriptor {
        try Descriptor(eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)), from: "eventfd")
    }

    /// Wakes the thread that waits for this `event`.
    func signal() {
        var one: UInt64 = 1
        // It can fail only if the counter is full, and then the waiter is awake anyway.
        _ = write(number, &one, MemoryLayout<UInt64>.size)
    }

    /// Resets this `event`.
    func clear() {
        var count: UInt64 = 0
        _ = read(number, &count, MemoryLayout<UInt64>.size)
    }
}

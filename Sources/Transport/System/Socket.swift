import CLinux
import Glibc

/// What is done with sockets, beside reading and writing.
extension Descriptor {
    /// A new stream socket, non-blocking.
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

    /// Lets the coming `close` reset the connection, so that the other end sees that what it got was cut off.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// How many bytes were handed to the socket and not yet taken by the other end.
    var untakenBytes: Int {
        var count: Int32 = 0
        // Also on a Unix socket. Where the kernel can't say, nothing is taken.
        return ioctl(number, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : .max
    }

    /// A counter that `poll` and `epoll` can wait for, to wake a thread.
    static func event() throws(SystemCallError) -> Descriptor {
        try Descriptor(eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)), from: "eventfd")
    }

    /// Wakes who waits for this `event`.
    func signal() {
        var one: UInt64 = 1
        // The only failure is a counter that is full, and then the waiter wakes as well.
        _ = write(number, &one, MemoryLayout<UInt64>.size)
    }

    /// Resets this `event`.
    func clear() {
        var count: UInt64 = 0
        _ = read(number, &count, MemoryLayout<UInt64>.size)
    }
}

import Glibc

/// A file descriptor that is closed when its owner lets go of it, and can have one owner only.
struct Descriptor: ~Copyable, Sendable {
    let number: Int32

    /// Takes over an open descriptor.
    init(_ number: Int32) { self.number = number }

    /// Takes over what a system call returned.
    ///
    /// - Parameter call: Its name, for the error.
    init(_ result: Int32, from call: StaticString) throws(SystemCallError) {
        number = try SystemCallError.check(result, call)
    }

    /// What stands in place of a descriptor that was closed.
    static var closed: Descriptor { Descriptor(-1) }

    deinit {
        if number >= 0 { close(number) }
    }
}

/// A system call that failed.
struct SystemCallError: Error, Sendable, Hashable, CustomStringConvertible {
    let errno: Int32
    let call: String

    init(_ call: StaticString, errno: Int32 = Glibc.errno) {
        self.call = call.description
        self.errno = errno
    }

    /// What the system calls this error, such as `Address already in use`.
    var reason: String { String(cString: strerror(errno)) }

    var description: String { "\(call): \(reason)" }

    /// The result of a system call, or its error when the result is negative.
    @discardableResult
    static func check(_ result: Int32, _ call: StaticString) throws(SystemCallError) -> Int32 {
        guard result >= 0 else { throw SystemCallError(call) }
        return result
    }
}

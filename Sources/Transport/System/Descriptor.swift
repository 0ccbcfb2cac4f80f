import Glibc

/// A file descriptor with exactly one owner. It is closed when the owner goes away, so it can neither leak nor be
/// closed twice, and a number that the kernel reuses never reaches an old owner.
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

    /// A placeholder for a descriptor that has been closed.
    static var closed: Descriptor { Descriptor(-1) }

    deinit {
        if number >= 0 { close(number) }
    }
}

/// A system call that failed. Its text is for logs and for the people who run the server, never for clients.
struct SystemCallError: Error, Sendable, Hashable, CustomStringConvertible {
    let errno: Int32
    let call: String

    /// The default reads `errno`, so this must come directly after the call.
    init(_ call: StaticString, errno: Int32 = Glibc.errno) {
        self.call = call.description
        self.errno = errno
    }

    /// The system's text for this error, such as `Address already in use`.
    var reason: String { String(cString: strerror(errno)) }

    var description: String { "\(call): \(reason)" }

    /// Returns the result of a system call, or throws its error if the result is negative.
    @discardableResult
    static func check(_ result: Int32, _ call: StaticString) throws(SystemCallError) -> Int32 {
        guard result >= 0 else { throw SystemCallError(call) }
        return result
    }
}

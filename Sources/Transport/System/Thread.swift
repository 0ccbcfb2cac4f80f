import CLinux
import Glibc

/// Starts detached threads. They are never joined: a caller that must know when one ends has its body say so.
enum Thread {
    /// Runs `body` in a new thread.
    ///
    /// - Parameters:
    ///   - name: For `top` and debuggers, at most 15 bytes.
    ///   - stack: The size of its stack, in bytes; nil for that of the system.
    static func start(
        _ name: String, stack: Int? = nil, _ body: @escaping @Sendable () -> Void
    ) throws(SystemCallError) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        if let stack { pthread_attr_setstacksize(&attributes, stack) }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, start.toOpaque())
        pthread_attr_destroy(&attributes)
        guard code == 0 else {
            start.release()
            throw SystemCallError("pthread_create", errno: code)
        }
    }

    /// The argument of the thread's C function. It is retained until the thread runs.
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        func run() {
            pthread_setname_np(pthread_self(), name)
            body()
        }
    }
}

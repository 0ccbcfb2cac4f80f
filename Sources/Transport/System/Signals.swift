import CLinux
import Glibc

/// SIGTERM and SIGINT as events to wait for, instead of handlers that interrupt whatever runs.
final class Signals {
    private let descriptor: Descriptor

    /// Blocks both signals in this thread and in all threads that it starts later, so it must come before any other
    /// thread. Also ignores SIGPIPE and SIGXFSZ: a closed pipe, or a log that may not grow, is then an error of the
    /// write.
    init() throws(SystemCallError) {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        let code = pthread_sigmask(SIG_BLOCK, &set, nil)
        guard code == 0 else { throw SystemCallError("pthread_sigmask", errno: code) }
        descriptor = try Descriptor(signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC)), from: "signalfd")
    }

    /// The descriptor to wait for with `poll`.
    var number: Int32 { descriptor.number }

    /// The number of the next signal that has arrived; nil if there is none. It never waits.
    func next() -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard read(descriptor.number, &information, size) == size else { return nil }
        return Int32(truncatingIfNeeded: information.ssi_signo)
    }
}

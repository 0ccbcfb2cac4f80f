import CLinux
import Glibc

/// SIGTERM, SIGINT, SIGHUP and SIGUSR1 as events to wait for, instead of handlers that interrupt whatever runs.
final class Signals {
    private let descriptor: Descriptor
    private let hangup: () -> Void
    private let reopen: () -> Void

    /// Blocks these signals in this thread and in all threads that it starts later, so it must come before any other
    /// thread. Also ignores SIGPIPE and SIGXFSZ: a closed pipe, or a log that may not grow, is then an error of the
    /// write.
    /// - Parameters:
    ///   - hangup: Called by `next` for each SIGHUP, which does not end the server: settings are to be read again.
    ///   - reopen: Likewise for each SIGUSR1: logs are to be opened again.
    init(hangup: @escaping () -> Void, reopen: @escaping () -> Void) throws(SystemCallError) {
        (self.hangup, self.reopen) = (hangup, reopen)
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        // `nohup` has it ignored, and then it would never arrive here. Whoever starts the server may ignore the other.
        signal(SIGHUP, SIG_DFL)
        signal(SIGUSR1, SIG_DFL)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGHUP)
        sigaddset(&set, SIGUSR1)
        let code = pthread_sigmask(SIG_BLOCK, &set, nil)
        guard code == 0 else { throw SystemCallError("pthread_sigmask", errno: code) }
        descriptor = try Descriptor(signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC)), from: "signalfd")
    }

    /// The descriptor to wait for with `poll`.
    var number: Int32 { descriptor.number }

    /// The number of the next signal that has arrived and ends the server; nil if there is none. It never waits.
    func next() -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        while read(descriptor.number, &information, size) == size {
            let signal = Int32(truncatingIfNeeded: information.ssi_signo)
            switch signal {
            case SIGHUP: hangup()
            case SIGUSR1: reopen()
            default: return signal
            }
        }
        return nil
    }
}

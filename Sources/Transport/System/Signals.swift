import CLinux
import Glibc

/// SIGTERM, SIGINT, SIGHUP and SIGUSR1 as events to wait for, instead of handlers that interrupt whatever runs. No
/// other signal from outside ends the server, but those that can't be ignored or that tell of a fault.
final class Signals {
    private let descriptor: Descriptor
    private let hangup: () -> Void
    private let reopen: () -> Void

    /// Blocks these signals in this thread and in all threads that it starts later, so it must come before any other
    /// thread.
    /// - Parameters:
    ///   - hangup: Called by `next` for each SIGHUP, which does not end the server: settings are to be read again.
    ///   - reopen: Likewise for each SIGUSR1: logs are to be opened again.
    init(hangup: @escaping () -> Void, reopen: @escaping () -> Void) throws(SystemCallError) {
        (self.hangup, self.reopen) = (hangup, reopen)
        Signals.expect()
        try Signals.block([SIGTERM, SIGINT])
        var set = Signals.set([SIGTERM, SIGINT, SIGHUP, SIGUSR1])
        descriptor = try Descriptor(signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC)), from: "signalfd")
    }

    /// Ignores every signal that would end the process, except SIGTERM, SIGINT, and those by which the kernel tells of
    /// a fault; SIGHUP and SIGUSR1 wait until somebody reads them. A closed pipe, or a log that may not grow, is then
    /// an error of the write. It must come before any other thread.
    static func expect() {
        let kept = [
            // They end the process, or tell of a fault in it.
            SIGTERM, SIGINT, SIGKILL, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP,
            // They do not end it.
            SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH,
        ]
        for number in 1..<Signals.end where !kept.contains(number) { signal(number, SIG_IGN) }
        // `nohup` has the first ignored, and whoever starts the server may ignore the other. Then it would never
        // arrive.
        signal(SIGHUP, SIG_DFL)
        signal(SIGUSR1, SIG_DFL)
        try? block([SIGHUP, SIGUSR1])
    }

    /// One more than the greatest number of a signal, those of real time included.
    private static let end: Int32 = 65

    private static func block(_ signals: [Int32]) throws(SystemCallError) {
        var set = set(signals)
        let code = pthread_sigmask(SIG_BLOCK, &set, nil)
        guard code == 0 else { throw SystemCallError("pthread_sigmask", errno: code) }
    }

    private static func set(_ signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in signals { sigaddset(&set, number) }
        return set
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

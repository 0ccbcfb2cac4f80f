import Glibc

/// A new password: typed twice on a terminal that does not show it, or the first line of the standard input.
enum PasswordPrompt {
    /// How much is read, in bytes.
    private static let longest = 4096
    /// Signals that end or stop the program, which must give the terminal back first.
    private static let signals = [SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP]
    /// The signal that has come; 0 if none has. Only the handler writes it, and only one thread asks for passwords.
    nonisolated(unsafe) private static var caught: sig_atomic_t = 0

    /// - Parameter name: Of the person whose password it will be.
    /// - Throws: `Failure` if nothing is given, or the two differ.
    static func read(for name: String) throws -> String {
        guard isatty(STDIN_FILENO) == 1 else { return try text(of: line()) }
        let first = try hidden("New password for \(name): ")
        guard try hidden("The same once more: ") == first else { throw Failure.usage("the two passwords differ") }
        return first
    }

    /// Asks on the terminal, which shows nothing of what is typed.
    private static func hidden(_ question: String) throws -> String {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else {
            throw Failure.usage("the terminal can't be used; give the password on the standard input")
        }
        // A signal only ends the waiting. It is blocked at all other times, and can't come between looking for it and
        // waiting. One that is ignored, as under nohup, stays so.
        caught = 0
        var (blocked, mask) = (sigset_t(), sigset_t())
        sigemptyset(&blocked)
        var before: [(signal: Int32, action: sigaction)] = []
        for signal in signals {
            var (handler, old) = (sigaction(), sigaction())
            handler.__sigaction_handler.sa_handler = { PasswordPrompt.caught = $0 }
            sigaction(signal, &handler, &old)
            // SIG_IGN is the address 1.
            if unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 1 {
                sigaction(signal, &old, nil)
                continue
            }
            before.append((signal, old))
            sigaddset(&blocked, signal)
        }
        pthread_sigmask(SIG_BLOCK, &blocked, &mask)
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        // What was typed ahead, and shown, is dropped.
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        _ = writeAll(question.utf8, to: STDERR_FILENO)
        var input = fd_set()
        // The bit of descriptor 0, the standard input.
        input.__fds_bits.0 = 1
        let line = pselect(1, &input, nil, nil, nil, &mask) == 1 ? line() : nil
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        _ = writeAll("\n".utf8, to: STDERR_FILENO)
        for (signal, action) in before {
            var action = action
            sigaction(signal, &action, nil)
        }
        pthread_sigmask(SIG_SETMASK, &mask, nil)
        guard let line else {
            if caught != 0 { raise(caught) }
            throw Failure.usage("no password was given")
        }
        return try text(of: line)
    }

    private static func text(of line: [UInt8]?) throws -> String {
        guard let line, !line.isEmpty else { throw Failure.usage("no password was given") }
        guard let text = String(validating: line, as: UTF8.self) else {
            throw Failure.usage("the password is not UTF-8")
        }
        return text
    }

    /// The next line of the standard input, without its end; nil if it can't be read.
    private static func line() -> [UInt8]? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        // Byte by byte, so that nothing after the line is taken from another program.
        while line.count < longest {
            let count = Glibc.read(STDIN_FILENO, &byte, 1)
            if count < 0 { return nil }
            if count == 0 || byte == UInt8(ascii: "\n") { break }
            line.append(byte)
        }
        if line.last == 0x0D { line.removeLast() }
        return line
    }
}

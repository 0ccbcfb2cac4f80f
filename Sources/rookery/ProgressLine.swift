import BirdImport
import Birds
import Glibc

/// One line on standard error that shows how far an import is, if that is a terminal.
struct ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var stage: ImportProgress.Stage?
    /// When the stage began and when the line was last written, in milliseconds.
    private var began: Int64 = 0
    private var written: Int64 = 0
    private var isShown = false
    /// Milliseconds between two lines.
    private static let pause: Int64 = 200

    mutating func show(_ progress: ImportProgress) {
        guard isTerminal else { return }
        let now = Self.milliseconds()
        if progress.stage != stage { (stage, began, written) = (progress.stage, now, 0) }
        guard now - written >= Self.pause else { return }
        written = now
        isShown = true
        Self.write("\r\u{1B}[K" + Self.text(progress, elapsed: now - began))
    }

    /// Takes the line away.
    mutating func clear() {
        guard isShown else { return }
        isShown = false
        Self.write("\r\u{1B}[K")
    }

    /// - Parameter elapsed: milliseconds since the stage began.
    static func text(_ progress: ImportProgress, elapsed: Int64) -> String {
        let what =
            switch progress.stage {
            case .reading(let file): "reading \(file)"
            case .storing: "storing"
            case .indexing: "making indexes"
            }
        guard progress.stage != .indexing else { return what }
        var text = "\(what): \(progress.records) records"
        guard elapsed > 0, progress.fraction > 0 else { return text }
        text += ", \(Int64(progress.records) * 1000 / elapsed) records/s"
        // A linear guess; the bound keeps a tiny fraction from becoming a number too large.
        let left = min(Double(elapsed) / 1000 * (1 - progress.fraction) / progress.fraction, 1e6)
        return text + ", \(Int(left.rounded(.up))) s left"
    }

    private static func write(_ text: String) {
        // What a terminal does not take is no loss.
        _ = writeAll(text.utf8, to: STDERR_FILENO)
    }

    private static func milliseconds() -> Int64 { Int64(MonotonicClock.nanoseconds() / 1_000_000) }
}

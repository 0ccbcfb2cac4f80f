import BirdImport
import Birds
import FileSystem
import Glibc

/// A line on standard error that shows the progress of an import. Nothing is written if standard error is not a
/// terminal, so that logs and pipes get no control sequences.
struct ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var stage: ImportProgress.Stage?
    /// The times at which the stage began and the line was last written, in milliseconds of the monotonic clock.
    private var began: Int64 = 0
    private var written: Int64 = 0
    private var isShown = false
    /// The shortest time between two lines, in milliseconds: fast enough for the eye, and rare enough to cost nothing.
    private static let pause: Int64 = 200

    /// Shows the progress, unless a line of the same stage was just written.
    mutating func show(_ progress: ImportProgress) {
        guard isTerminal else { return }
        let now = Self.milliseconds()
        if progress.stage != stage { (stage, began, written) = (progress.stage, now, 0) }
        guard now - written >= Self.pause else { return }
        written = now
        isShown = true
        // To the beginning of the line, and erase it.
        Self.write("\r\u{1B}[K" + Self.text(progress, elapsed: now - began))
    }

    /// Removes the line, so that a report or an error begins on an empty one.
    mutating func clear() {
        guard isShown else { return }
        isShown = false
        Self.write("\r\u{1B}[K")
    }

    /// The text of the line.
    /// - Parameter elapsed: The milliseconds since the stage began.
    static func text(_ progress: ImportProgress, elapsed: Int64) -> String {
        let what =
            switch progress.stage {
            case .reading(let file): "reading \(terminalLine(file))"
            case .storing: "storing"
            case .indexing: "making indexes"
            }
        guard progress.stage != .indexing else { return what }
        var text = "\(what): \(progress.records) records"
        guard elapsed > 0, progress.fraction > 0 else { return text }
        text += ", \(Int64(progress.records) * 1000 / elapsed) records/s"
        // A linear guess. The bound keeps a tiny fraction from becoming a number that does not fit into an `Int`.
        let left = min(Double(elapsed) / 1000 * (1 - progress.fraction) / progress.fraction, 1e6)
        return text + ", \(Int(left.rounded(.up))) s left"
    }

    private static func write(_ text: String) {
        // A line that can't be written is no loss.
        _ = writeAll(text.utf8, to: STDERR_FILENO)
    }

    private static func milliseconds() -> Int64 { Int64(MonotonicClock.nanoseconds() / 1_000_000) }
}

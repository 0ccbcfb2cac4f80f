import Glibc

// Targets for libFuzzer, which makes inputs by itself and keeps those that reach new code. `scripts/fuzz` builds and
// runs them. A target ends the process where a rule is broken; libFuzzer then writes the input to a file.

/// The targets, as the variable `FUZZ` names them.
private let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "csv": tryFile, "archives": tryFile, "names": tryName, "dates": tryDate, "description": tryDescription,
    "list": trySensitiveList,
    "request": tryRequest, "response": tryResponse, "chunked": tryChunked, "target": tryTarget,
    "accept": tryAccept, "proxies": tryProxies, "basic": tryBasic,
    "query": tryQuery, "token": tryToken,
    "users": tryUsers, "rights": tryRights,
]

private let target = getenv("FUZZ").flatMap { targets[String(cString: $0)] }

/// libFuzzer's own `main`, for a program that has one (https://llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a
/// library").
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<ArgumentVector>,
    _ tryInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

private typealias ArgumentVector = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

@main
struct Fuzz {
    static func main() {
        guard target != nil else {
            print("FUZZ names no target: \(targets.keys.sorted().joined(separator: ", "))")
            exit(2)
        }
        var (count, arguments) = (CommandLine.argc, CommandLine.unsafeArgv)
        exit(runFuzzer(&count, &arguments, tryInput))
    }
}

/// What libFuzzer calls with each input.
private func tryInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target?(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// Ends the process where a rule is broken.
func check(_ holds: Bool, _ rule: @autoclosure () -> String) {
    if holds { return }
    let message = Array("broken: \(rule())\n".utf8)
    _ = write(STDERR_FILENO, message, message.count)
    abort()
}

/// An input whose first bytes choose how the rest is tried.
struct Input {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// The next byte; 0 at the end.
    mutating func takeByte() -> UInt8 { rest.popFirst() ?? 0 }

    /// The sizes of pieces in which the rest arrives, over and over.
    mutating func takeSizes() -> [Int] { (0..<3).map { _ in 1 + Int(takeByte()) % 64 } }
}

extension Array where Element == UInt8 {
    /// The pieces of these sizes.
    func pieces(_ sizes: [Int]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = self[...]
        while !rest.isEmpty {
            let piece = rest.prefix(sizes[pieces.count % sizes.count])
            pieces.append(piece)
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }
}

/// Texts compare as bytes here: for `String`, two spellings of one accent are equal.
func isSame(_ a: [String], _ b: [String]) -> Bool { a.elementsEqual(b) { $0.utf8.elementsEqual($1.utf8) } }

import Birds
import Glibc

/// What the system says of an error number, such as `Permission denied`. glibc keeps the text per thread.
func systemMessage(_ number: Int32) -> String { strerror(number).map { String(cString: $0) } ?? "error \(number)" }

import Birds
import Glibc

/// Reads numbers from the bytes of a cell, without making a string.
enum Number {
    /// A decimal integer, also with a fraction of zeros (`3.0`), as spreadsheets write them. Nil for anything else, and
    /// for more than 18 digits, which may not fit into 64 bits.
    @inline(__always)
    static func integer(_ bytes: [UInt8], _ cell: Row.Cell) -> Int64? {
        var index = Int(cell.start)
        let end = Int(cell.end)
        guard index >= 0, index < end, end <= bytes.count else { return nil }
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let first = index
        var value: Int64 = 0
        while index < end, bytes[index] &- 0x30 < 10 {
            guard index - first < 18 else { return nil }
            value = value * 10 + Int64(bytes[index] &- 0x30)
            index += 1
        }
        guard index > first else { return nil }
        if index < end {
            guard bytes[index] == UInt8(ascii: "."), index + 1 < end else { return nil }
            for digit in bytes[(index + 1)..<end] where digit != 0x30 { return nil }
        }
        return isNegative ? -value : value
    }

    /// A decimal number, also with an exponent, rounded to the nearest double. Nil for anything else, and for numbers
    /// that are too large for a double.
    static func double(_ bytes: [UInt8], _ cell: Row.Cell) -> Double? {
        var index = Int(cell.start)
        let end = Int(cell.end)
        guard index >= 0, index < end, end <= bytes.count else { return nil }
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative || bytes[index] == UInt8(ascii: "+") { index += 1 }
        var digits = 0
        var decimals = 0
        var mantissa: Int64 = 0
        var isFraction = false
        while index < end {
            let byte = bytes[index]
            if byte &- 0x30 < 10 {
                digits += 1
                // 18 digits fit into 63 bits. Longer numbers take the slow way.
                if digits <= 18 { mantissa = mantissa * 10 + Int64(byte &- 0x30) }
                if isFraction { decimals += 1 }
            } else if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else if byte | 0x20 == UInt8(ascii: "e"), digits > 0 {
                return slow(bytes, cell)
            } else {
                return nil
            }
            index += 1
        }
        guard digits > 0 else { return nil }
        // Integers up to 2^53 and powers of ten up to 10^22 are exact doubles. So only the division rounds, and its
        // result is the nearest double.
        guard digits <= 18, mantissa < 1 << 53, decimals < powers.count else { return slow(bytes, cell) }
        let value = Double(mantissa) / powers[decimals]
        return isNegative ? 0 - value : value
    }

    private static let powers: [Double] = (0...22).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    /// Reads a number with the standard library, which is right for all numbers.
    private static func slow(_ bytes: [UInt8], _ cell: Row.Cell) -> Double? {
        guard let value = Double(String(decoding: bytes[cell.range], as: UTF8.self)), value.isFinite else { return nil }
        return value
    }
}

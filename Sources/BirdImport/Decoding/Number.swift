import Birds
import Glibc

/// What a comma in a number of a file means. The stricter rules come first.
enum CommaRule: Int, Comparable, CaseIterable {
    /// It separates cells, so none is part of a number.
    case none
    /// It is the decimal point, unless the number could have groups of thousands: the separator is used everywhere.
    case decimalIfClear
    /// It is the decimal point: semicolons between cells are usual where numbers have a decimal comma.
    case decimal

    static func < (one: CommaRule, other: CommaRule) -> Bool { one.rawValue < other.rawValue }

    init(separator: UInt8) {
        self =
            switch separator {
            case UInt8(ascii: ";"): .decimal
            case 0x09, 0x20, UInt8(ascii: "|"): .decimalIfClear
            default: .none
            }
    }
}

/// Reads numbers from the bytes of a cell, without making a string.
enum Number {
    /// A number with a decimal comma, written with a point instead: `60,5` becomes `60.5`.
    ///
    /// `1,234` could also be a whole number with a group of thousands. It is then read only where that is not possible:
    /// for a coordinate, or a real number in a file whose commas are decimal commas.
    /// - Parameters:
    ///   - isWhole: Whether a whole number is expected.
    ///   - isCoordinate: Whether it is a latitude or longitude, which has no thousands.
    /// - Returns: Nil for any other text, and for a number that is not clear.
    static func pointed(
        _ text: ArraySlice<UInt8>, _ rule: CommaRule, isWhole: Bool, isCoordinate: Bool
    ) -> [UInt8]? {
        guard rule != .none, let comma = text.firstIndex(of: UInt8(ascii: ",")) else { return nil }
        let decimals = text[(comma + 1)...]
        let digits = text[..<comma].drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        guard !decimals.contains(UInt8(ascii: ",")), !text.contains(UInt8(ascii: ".")), !decimals.isEmpty else {
            return nil
        }
        let mayBeGroup = decimals.count == 3 && (1...3).contains(digits.count) && digits.first != UInt8(ascii: "0")
        if mayBeGroup, !isCoordinate, isWhole || rule == .decimalIfClear { return nil }
        return Array(text[..<comma]) + [UInt8(ascii: ".")] + Array(decimals)
    }

    /// A number with commas before groups of three digits, `1,234` or `1,234.5`, without them; nil for any other text,
    /// and for `1,234` alone unless commas can't be decimal.
    static func ungrouped(_ text: ArraySlice<UInt8>, isClear: Bool) -> [UInt8]? {
        let (comma, point) = (UInt8(ascii: ","), UInt8(ascii: "."))
        let whole = text.prefix { $0 != point }
        let grouped = whole.map { $0 == comma ? point : $0 }
        guard whole.contains(comma), mayHaveGroups(grouped[...]), !text[whole.endIndex...].contains(comma) else {
            return nil
        }
        guard isClear || whole.count(where: { $0 == comma }) > 1 || whole.endIndex < text.endIndex else { return nil }
        return text.filter { $0 != comma }
    }

    /// A number with spaces before groups of three digits, `1 234.5`, without them; nil for any other text.
    static func joined(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.contains(0x20) else { return nil }
        let whole = text.prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: ",") }
        let digits = whole.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        let groups = digits.split(separator: 0x20, omittingEmptySubsequences: false)
        guard let first = groups.first, (1...3).contains(first.count), groups.dropFirst().allSatisfy({ $0.count == 3 })
        else { return nil }
        return whole.filter { $0 != 0x20 } + text[whole.endIndex...]
    }

    /// Whether the points in a number may stand before groups of three digits: `1.000` is then 1000.
    static func mayHaveGroups(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count >= 5 else { return false }
        let digits = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") ? text.dropFirst() : text
        guard digits.first != UInt8(ascii: "0") else { return false }
        let groups = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return groups.count > 1 && (1...3).contains(groups[0].count) && groups.dropFirst().allSatisfy { $0.count == 3 }
            && digits.allSatisfy { $0 &- 0x30 < 10 || $0 == UInt8(ascii: ".") }
    }

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

    /// A whole number in any form that `double` reads, such as `1e+05`, as R writes 100000. Nil for anything else, and
    /// for numbers that may have lost digits.
    static func wholeDouble(_ bytes: [UInt8], _ cell: Row.Cell) -> Int64? {
        guard let value = double(bytes, cell), abs(value) <= 1e15, value == value.rounded() else { return nil }
        return Int64(value)
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

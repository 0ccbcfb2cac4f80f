/// Writes cells of a CSV file.
public enum CSVText {
    /// A cell, in quotes if it contains a quote, a comma or a line end, with its quotes doubled (RFC 4180 §2, rules 5
    /// to 7). Bytes are looked at, since a combining accent after a quote makes one `Character` with it.
    public static func quoted(_ cell: String) -> String {
        let quote = UInt8(ascii: "\"")
        guard cell.utf8.contains(where: { $0 == quote || $0 == UInt8(ascii: ",") || $0 == 0x0A || $0 == 0x0D }) else {
            return cell
        }
        var bytes = [quote]
        for byte in cell.utf8 {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
        return String(decoding: bytes, as: UTF8.self)
    }
}

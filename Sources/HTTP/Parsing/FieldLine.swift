// One line of a header section (RFC 9112 §5), and the comma-separated lists in the values of some fields (RFC 9110
// §5.6.1).
//
// A field is two ranges of the input. Nothing is copied or decoded here.

extension Span<UInt8> {
    /// The field in a line: a token, a colon directly after it, and a value with optional white space around it. White
    /// space before the colon is refused (RFC 9112 §5.1): one recipient would take `Host ` for Host, another would not.
    /// `LineReader` has refused control characters, so a value holds no NUL, CR or LF (RFC 9110 §5.5).
    /// - Throws: 400 `malformed-field`.
    func field(in line: Range<Int>) throws(RequestError) -> ReceivedFields.Entry {
        var colon = line.lowerBound
        while colon < line.upperBound, self[colon].isToken { colon += 1 }
        guard colon > line.lowerBound, colon < line.upperBound, self[colon] == 0x3A else {
            throw flaw(ofFieldLine: line)
        }
        return ReceivedFields.Entry(
            name: line.lowerBound..<colon, value: trimming(colon + 1..<line.upperBound))
    }

    /// Why a line is not a field. Called only for a line that was refused, so it need not be fast.
    private func flaw(ofFieldLine line: Range<Int>) -> RequestError {
        var colon = line.lowerBound
        while colon < line.upperBound, self[colon] != 0x3A { colon += 1 }
        if line.isEmpty || colon == line.upperBound, !self[line.lowerBound].isSpaceOrTab {
            return .malformedField("A line of the header section has no colon; write each field as `Name: value`.")
        }
        if self[line.lowerBound].isSpaceOrTab {
            return .malformedField(
                "A line of the header section begins with white space; write each field on one line (RFC 9112 §5.2).")
        }
        if colon > line.lowerBound, self[colon - 1].isSpaceOrTab {
            return .malformedField(
                "There is white space between a field name and its colon; remove it (RFC 9112 §5.1).")
        }
        return .malformedField(
            "A field name is empty or has a character that no name may have; use letters, digits and hyphens.")
    }

    /// Removes the first element of a comma-separated list and returns it without the white space around it. It may be
    /// empty. Quoted strings are not recognised: no list that is read with this has any.
    func takeElement(of list: inout Range<Int>) -> Range<Int> {
        var comma = list.lowerBound
        while comma < list.upperBound, self[comma] != 0x2C { comma += 1 }
        let element = trimming(list.lowerBound..<comma)
        list = (comma < list.upperBound ? comma + 1 : comma)..<list.upperBound
        return element
    }
}

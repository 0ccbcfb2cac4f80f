// One line of a header section (RFC 9112 §5), and the lists that the values of some fields are (RFC 9110 §5.6.1).

extension Span<UInt8> {
    /// The field that a line holds: a token, a colon directly after it, and a value with white space around it. The
    /// line has no control character but tabs.
    func field(in line: Range<Int>) throws(RequestError) -> ReceivedFields.Entry {
        var colon = line.lowerBound
        while colon < line.upperBound, self[colon].isToken { colon += 1 }
        guard colon > line.lowerBound, colon < line.upperBound, self[colon] == 0x3A else {
            throw flaw(ofFieldLine: line)
        }
        return ReceivedFields.Entry(
            name: line.lowerBound..<colon, value: trimming(colon + 1..<line.upperBound))
    }

    /// Why a line holds no field.
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

    /// Takes the first element off a comma-separated list, without the white space around it.
    func takeElement(of list: inout Range<Int>) -> Range<Int> {
        var comma = list.lowerBound
        while comma < list.upperBound, self[comma] != 0x2C { comma += 1 }
        let element = trimming(list.lowerBound..<comma)
        list = (comma < list.upperBound ? comma + 1 : comma)..<list.upperBound
        return element
    }
}

import HTTP
import Testing

@Suite struct ResponseFieldsTests {
    @Test(arguments: [
        ("a\r\nSet-Cookie: b", "a  Set-Cookie: b"), ("a\nb", "a b"), ("a\rb", "a b"), ("a\0b", "a b"), ("a\tb", "a b"),
        ("a\u{7F}b\u{1F}", "a b "), ("G\u{E9}linotte \u{1F426}", "G\u{E9}linotte \u{1F426}"), ("", ""),
        (
            "a value that is longer than a word of the machine\r\n",
            "a value that is longer than a word of the machine  "
        ),
        ("\rfirst\n\n, seventeenth \u{7F} and last \0", " first  , seventeenth   and last  "),
    ])
    func letNoControlCharacterIntoAValue(_ value: String, _ sent: String) {
        var fields = ResponseFields([(.contentType, value)])
        fields.append(.allow, value)
        #expect(fields[.contentType] == sent)
        #expect(fields[.allow] == sent)
    }

    @Test func keepTheirOrderAndAreFoundWithoutRegardToCase() {
        var fields = ResponseFields([(.vary, "a"), (.allow, "GET")])
        fields.append(.vary, "b")
        fields.append(ResponseFields([(.accept, "c")]))
        var sent: [UInt8] = []
        ResponseEncoder.appendHead(
            of: Response(.ok, fields: fields), framing: .none, date: [], version: .http11, keepAlive: true, to: &sent)
        #expect(
            String(decoding: sent, as: UTF8.self).contains("\r\nVary: a\r\nAllow: GET\r\nVary: b\r\nAccept: c\r\n"))
        #expect(fields[.accept] == "c")
        #expect(fields[FieldName("VARY")] == "a")
        #expect(fields[.host] == nil)
    }

    @Test func haveNamesThatCompareWithoutRegardToCase() {
        #expect(FieldName("X-Request-ID") == .requestID)
        #expect(Set([FieldName("x-request-id"), .requestID]).count == 1)
        #expect(FieldName("Vary") != FieldName("Varx"))
        #expect(FieldName("Vary") != FieldName("Var"))
    }
}

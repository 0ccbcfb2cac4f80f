import HTTP
import Testing

@Suite struct ReceivedFieldsTests {
    @Test func areMadeByHandAsTheyAreRead() {
        let fields = ReceivedFields([
            (name: "Host", value: "h"), (name: "accept", value: ""), (name: "ACCEPT", value: "b"),
        ])
        #expect(fields.count == 3)
        #expect(fields[.host] == "h")
        #expect(fields[.accept] == "")
        #expect(fields.count(of: .accept) == 2)
        #expect(fields[.password] == nil)
        #expect(ReceivedFields().count == 0)
    }
}

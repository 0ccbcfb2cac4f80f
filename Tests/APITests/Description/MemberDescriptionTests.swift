import Testing

@testable import API

@Suite struct MemberDescriptionTests {
    /// The empty schema allows every value, so it says nothing about a member.
    @Test(arguments: Resource.allCases)
    func everyMemberHasATypeAndAMeaning(resource: Resource) {
        let schema: Resource.Schema
        switch resource.entry.kind {
        case .rows(let rows): schema = rows
        case .document(let document, _): schema = document
        case .service: return
        }
        guard case .object(let object) = MemberDescription.object(schema),
            case .object(let members)? = object.first(where: { $0.name == "properties" })?.value
        else {
            Issue.record("\(schema.name) is no object")
            return
        }
        #expect(members.count == schema.members.count && !members.isEmpty)
        for (name, value) in members {
            guard case .object(let parts) = value else { continue }
            #expect(parts.contains { $0.name == "type" } && parts.contains { $0.name == "description" }, "\(name)")
        }
    }
}

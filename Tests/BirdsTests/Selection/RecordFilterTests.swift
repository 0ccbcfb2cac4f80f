import Testing

@testable import Birds

@Suite struct RecordFilterTests {
    /// A member that is in no part would be forgotten without an error by the code that goes through the parts.
    @Test func everyMemberIsInOnePart() {
        let members = Set(Mirror(reflecting: RecordFilter()).children.compactMap(\.label))
        var listed: [String] = ["unresolved"]
        for part in RecordFilter.Part.allCases {
            switch part {
            case .species: listed += ["species"]
            case .dates: listed += ["years", "months", "days", "from", "to"]
            case .regions: listed += ["regions"]
            case .locations: listed += ["locations"]
            case .areas: listed += ["box", "circle"]
            case .datasets: listed += ["datasets"]
            case .counts: listed += ["leastNum", "greatestNum"]
            case .exactness: listed += ["isGeneralised"]
            }
        }
        #expect(Set(listed) == members && listed.count == members.count)
    }
}

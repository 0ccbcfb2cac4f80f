import Testing

@testable import Birds

@Suite struct TableColumnTests {
    private enum Visit: Int32, TableColumn {
        case id, code, isKept

        static let table = "visit"
        static let remark = "one a day"
        static let constraint: String? = "UNIQUE (code, is_kept)"

        var definition: ColumnDefinition {
            switch self {
            case .id: ColumnDefinition("id", .integer, .key)
            case .code: ColumnDefinition("code", .text, .required, "of its file")
            case .isKept: ColumnDefinition("is_kept", .flag, .zero, "1: yes")
            }
        }
    }

    @Test func makesATableWithItsRemarks() throws {
        let sql = """
            CREATE TABLE IF NOT EXISTS visit (  -- one a day
                id INTEGER PRIMARY KEY,
                code TEXT NOT NULL,                  -- of its file
                is_kept INTEGER NOT NULL DEFAULT 0,  -- 1: yes
                UNIQUE (code, is_kept)
            ) STRICT;
            """
        #expect(Visit.creation == sql)
        #expect(Visit.selected == "id, code, is_kept")
        #expect(Visit.allCases.filter(\.definition.canBeAdded) == [.isKept])
        try Database(path: "", mode: .readWrite).execute(sql)
    }

    /// Otherwise it would be written as a missing value, or as part of the wrong subject.
    @Test(arguments: Field.allCases) func exactlyTheMembersAboutAChecklistShowAColumnOfIt(field: Field) {
        #expect((field.subject == .checklist) == (field.ofChecklist != nil))
    }

    @Test(arguments: ChecklistField.allCases) func allMembersOfAChecklistExceptSpeciesCountAreMembersOfRecords(
        field: ChecklistField
    ) {
        #expect((Field(rawValue: field.rawValue) == nil) == (field == .speciesCount))
    }
}

import HTTP
import Testing

@Suite struct PreconditionsTests {
    private func named(_ fields: String...) -> Int? {
        Preconditions.firstNamed(in: fields.map { Array($0.utf8)[...] }, of: ["\"a\"", "\"b,c\""])
    }

    @Test func findsATagInAListHoweverItIsMarked() {
        #expect(named("\"a\"") == 0)
        #expect(named("\"x\", W/\"b,c\"") == 1)
        #expect(named("\"x\"", ",, \"b,c\" ,\"a\"") == 0)
        #expect(named("\"x\"\t,\t\"b,c\"") == 1)
        #expect(named("*") == 0)
    }

    @Test func findsTheFirstOfSeveralTagsInWhicheverOrder() {
        #expect(named("\"a\", \"b,c\"") == 0)
        #expect(named("\"b,c\", \"a\"") == 0)
        #expect(named("\"a\"", "\"b,c\"") == 0)
    }

    /// What is there may not have a tag.
    @Test func findsNothingWhereThereIsNoTag() {
        for text in ["*", "\"a\"", ""] {
            #expect(Preconditions.firstNamed(in: [Array(text.utf8)[...]], of: []) == nil)
        }
        #expect(named() == nil)
        // Also after other members, and in a later field.
        #expect(named("\"b,c\", *") == 0)
        #expect(named("\"x\"", "*") == 0)
    }

    @Test func findsNothingInWhatIsMalformed() {
        for text in ["", "a", "\"a", "\"A\"", "W/a", "w/\"a\"", "\"b\"", "\"c\""] { #expect(named(text) == nil) }
    }
}

import Testing

@testable import API

@Suite struct AnswerPlacesTests {
    @Test func eachClientHasItsShare() throws {
        let places = AnswerPlaces(limit: 5, limitOfOne: 2)
        var held = try (0..<4).map { try places.take(for: $0 < 2 ? "a" : "b") }
        #expect(throws: APIError.tooManyAnswers(.ofClient)) { try places.take(for: "a") }
        held.append(try places.take(for: "c"))
        #expect(throws: APIError.tooManyAnswers(.ofServer)) { try places.take(for: "d") }
        #expect(throws: APIError.tooManyAnswers(.ofClient)) { try places.take(for: "b") }
        held.removeFirst()
        held.append(try places.take(for: "a"))
        #expect(held.count == 5)
        held = []
        held.append(try places.take(for: "d"))
    }
}

import HTTP
import Synchronization

/// Counts the long answers that are under way, in all and of each client. Any thread may use it.
final class AnswerPlaces: Sendable {
    private let limit: Int
    private let limitOfOne: Int
    private let state = Mutex(State())

    private struct State {
        var count = 0
        var ofOne: [String: Int] = [:]
    }

    /// The place of one answer, until it is released.
    final class Place: Sendable {
        private let places: AnswerPlaces
        private let client: String

        fileprivate init(of client: String, in places: AnswerPlaces) { (self.client, self.places) = (client, places) }

        deinit { places.giveBack(client) }
    }

    /// - Parameters:
    ///   - limit: The most answers in all.
    ///   - limitOfOne: The most of one client.
    init(limit: Int, limitOfOne: Int) { (self.limit, self.limitOfOne) = (limit, limitOfOne) }

    /// Takes a place for an answer.
    /// - Throws: `tooManyAnswers` if there is none.
    func take(for client: String) throws(APIError) -> Place {
        let overload: Overload? = state.withLock { state in
            if state.ofOne[client, default: 0] >= limitOfOne { return .ofClient }
            if state.count >= limit { return .ofServer }
            state.count += 1
            state.ofOne[client, default: 0] += 1
            return nil
        }
        if let overload { throw .tooManyAnswers(overload) }
        return Place(of: client, in: self)
    }

    private func giveBack(_ client: String) {
        state.withLock { state in
            state.count -= 1
            guard let count = state.ofOne[client] else { return }
            state.ofOne[client] = count > 1 ? count - 1 : nil
        }
    }
}

import Birds
import Logging

/// What the API says in the log of events: the inside of an error, of which clients hear the outside only.
struct EventLog: Sendable {
    let logger: Logger

    /// What a client is told of an error of the store. Its cause goes to the log where it is the server's.
    func clientError(_ error: StoreError) -> APIError {
        switch error {
        case .unknownSpecies(let name, let nearest):
            return .badValue(
                parameter: "species", value: name, expected: "a species that is known here", nearest: nearest)
        case .malformedList(let filter, let value, let expected):
            return .badValue(parameter: filter.rawValue, value: value, expected: expected, nearest: nil)
        case .unknownPage:
            return .badPage("'after' does not belong to this query; follow Link, or start again without 'after'")
        case .lostPage:
            return .badPage(
                "the page that 'after' names is gone: the records have changed; start again without 'after'")
        case .overBudget:
            return .queryTooLong
        case .busy:
            return .tooBusy
        case .cancelled:
            // The client has gone: nothing is wrong, and nobody reads this.
            return .databaseUnavailable
        case .missing, .unusable, .sqlite:
            logger.error("the database could not be read", metadata: cause(error))
            return .databaseUnavailable
        }
    }

    private func cause(_ error: StoreError) -> Logger.Metadata {
        var cause: Logger.Metadata = ["error": "\(error.sentence)"]
        if case .sqlite(_, _, let sql) = error { cause["sql"] = "\(sql)" }
        return cause
    }

    /// An answer could not be completed after it had begun.
    func brokenAnswer(_ error: StoreError) {
        logger.error("an answer was broken off", metadata: cause(error))
    }

    /// A new generation of the file was refused, and the old one stays.
    func refusedGeneration(_ error: StoreError) {
        logger.error("the new database is refused, the old one stays", metadata: cause(error))
    }

    /// A file is served that another program has changed since its last import, or that an earlier version wrote.
    func editedGeneration() {
        logger.warning(
            """
            the database was edited with another program, or written by an earlier Rookery: totals, the order of answers, \
            bbox and near may be wrong until the next import of any file
            """)
    }
}

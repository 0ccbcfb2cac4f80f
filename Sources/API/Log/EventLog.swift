import Birds
import Logging

/// The log of events, and the border between the inside and the outside of an error: causes, paths and SQL go to this
/// log, and clients get an `APIError` without them.
struct EventLog: Sendable {
    let logger: Logger

    /// Maps an error of the store to the error for the client. If the server is at fault, the cause is logged.
    func clientError(_ error: StoreError) -> APIError {
        switch error {
        case .unknownSpecies(let name, let nearest):
            return .badValue(
                parameter: "species", value: name,
                expected: nearest == nil ? "a known species; /species lists them" : "a known species", nearest: nearest)
        case .malformedList(let filter, let value, let expected):
            return .badValue(parameter: filter.rawValue, value: value, expected: expected, nearest: nil)
        case .unknownPage:
            return .badPage("'after' does not belong to this query; follow Link, or start again without 'after'")
        case .lostPage:
            return .badPage(
                "the page that 'after' names is gone, because the records have changed; start again without 'after'")
        case .overBudget:
            return .queryTooLong
        case .outOfMemory:
            return .outOfMemory
        case .cancelled:
            // The client is gone: nothing is wrong, and no one receives this.
            return .databaseUnavailable
        case .missing, .unusable, .sqlite:
            logger.error("the database could not be read", metadata: cause(error))
            return .databaseUnavailable
        }
    }

    /// The details of an error, for the log only.
    private func cause(_ error: StoreError) -> Logger.Metadata {
        var cause: Logger.Metadata = ["error": "\(error.sentence)"]
        if case .sqlite(_, _, let sql) = error { cause["sql"] = "\(sql)" }
        return cause
    }

    /// Logs a failed login, in words that `docs/fail2ban` looks for. A name is left out, since it may be a password.
    func failedLogin(from address: String) { logger.warning("failed login from \(address)") }

    /// Logs that clients have to wait for one another's wrong passwords.
    func sharedAddress(_ address: String) {
        logger.warning(
            "too many wrong passwords from \(address); if that is a proxy, name it with --trusted-proxy, so that its clients do not wait for each other"
        )
    }

    /// Logs that an answer failed after it had begun. Its status was sent, so the client sees only a reset connection.
    func brokenAnswer(_ error: StoreError) {
        logger.error("an answer was cut off", metadata: cause(error))
    }

    /// Logs that a new generation of the file was refused, so the old one is still served.
    func refusedGeneration(_ error: StoreError) {
        logger.error("the new database is refused; the old one is still served", metadata: cause(error))
    }

    /// Logs that the database was changed by another program since its last import, or written by an earlier version.
    func editedGeneration() {
        logger.warning(
            """
            the database was edited with another program, or written by an earlier Rookery: totals, the order of answers, \
            bbox and near may be wrong until the next import of any file
            """)
    }
}

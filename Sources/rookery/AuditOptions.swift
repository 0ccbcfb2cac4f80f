import API
import ArgumentParser
import FileSystem
import Glibc
import Logging

/// The file that says who took what.
struct AuditOptions: ParsableArguments {
    @Option(
        help: .setting(
            "Where to write who got which records: a file, or - for standard output. While it can't be written, requests for records get 503. SIGUSR1 opens it again.",
            "ROOKERY_AUDIT", default: "nowhere", name: "file"))
    var audit: String?

    /// The path of the audit file; nil if none is given.
    private func path() throws -> String? {
        try setting(audit, "ROOKERY_AUDIT").map { $0 == "-" ? "/dev/stdout" : $0 }
    }

    /// Refuses an audit file or an access log that is one of the other files of the server: its lines would damage it.
    /// - Parameters:
    ///   - accessLog: The destination of the access log.
    ///   - others: The other files, each with its option. A path is nil if it is not given.
    func check(accessLog: String, others: [(option: String, path: String?)]) throws {
        let (audit, log) = (try path(), accessLog == "off" ? nil : accessLog == "-" ? "/dev/stdout" : accessLog)
        // Both would end lines of the other one.
        guard audit != "/dev/stdout" || log != "/dev/stdout" else {
            throw Failure.usage(
                "the audit and the access log can't both go to the standard output; give the path of a file with --audit, "
                    + "or --access-log off")
        }
        let outputs = [(option: "--audit", path: audit), (option: "--access-log", path: log)]
        for (index, output) in outputs.enumerated() {
            for other in outputs[(index + 1)...] + others {
                guard let path = output.path, let second = other.path, AuditOptions.isSame(path, second) else {
                    continue
                }
                throw Failure.usage(
                    "\(output.option) \(path) is the file of \(other.option) too, and would damage it; give \(output.option) "
                        + "a file of its own")
            }
        }
    }

    /// Whether two paths lead to the same regular file, or would do so if it were made.
    private static func isSame(_ path: String, _ other: String) -> Bool {
        var (one, second) = (stat(), stat())
        switch (stat(path, &one) == 0, stat(other, &second) == 0) {
        case (true, true): return one.isRegular && one.isSame(as: second)
        case (false, false):
            let (parts, others) = (Folder.split(path), Folder.split(other))
            return parts.name.utf8.elementsEqual(others.name.utf8) && stat(parts.folder, &one) == 0
                && stat(others.folder, &second) == 0 && one.isSame(as: second)
        default: return false
        }
    }

    /// The audit file, open; nil if none is given.
    func file(_ logger: Logger) throws -> AuditFile? {
        guard let path = try path() else { return nil }
        do throws(ChangeError) {
            let descriptor = try AppendedFile.open(path, option: "--audit")
            return AuditFile(
                descriptor: descriptor, logger: logger, isReplaced: { AppendedFile.isOther(path, than: $0) },
                open: { (old) throws(AuditFile.Fault) in
                    do throws(ChangeError) {
                        return try AppendedFile.open(path, option: "--audit", after: old)
                    } catch {
                        throw AuditFile.Fault(message: error.message)
                    }
                })
        } catch {
            throw Failure(error)
        }
    }
}

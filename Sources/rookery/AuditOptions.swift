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

    /// The audit file, open; nil if none is given.
    /// - Parameter accessLog: The destination of the access log.
    func file(accessLog: String, _ logger: Logger) throws -> AuditFile? {
        guard let given = try setting(audit, "ROOKERY_AUDIT") else { return nil }
        let path = given == "-" ? "/dev/stdout" : given
        // Both would end lines of the other one.
        guard path != "/dev/stdout" || accessLog != "-" else {
            throw Failure.usage(
                "the audit and the access log can't both go to the standard output; give the path of a file with --audit, "
                    + "or --access-log off")
        }
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

import Birds
import Glibc
import HTTP

/// Who gets an answer with records: what the audit must know of a response that has been sent.
final class AuditNote: ResponseNote {
    let sender: Principal.Sender
    /// An ID that the server made.
    let requestID: String
    /// The client's own ID, which the answer has instead of the server's; nil without one.
    let clientRequestID: String?
    /// What the answer was made from, or would have been: those that the sender may read.
    let editions: Editions

    init(_ sender: Principal.Sender, requestID: String, clientRequestID: String? = nil, editions: Editions) {
        (self.sender, self.requestID, self.clientRequestID) = (sender, requestID, clientRequestID)
        self.editions = editions
    }

    /// The note of an answer that was made from these editions, perhaps of a newer file.
    func reading(_ editions: Editions) -> AuditNote {
        if editions == self.editions { return self }
        return AuditNote(sender, requestID: requestID, clientRequestID: clientRequestID, editions: editions)
    }

    /// Whether an answer to a known sender gets a line. Those about the server itself don't, nor does a list of
    /// methods.
    static func isDue(_ call: Call) -> Bool {
        if call.request.method == .options { return false }
        if let resource = call.route?.resource, case .service = resource.entry.kind { return false }
        return true
    }
}

/// Makes the lines of the audit file, each a JSON object. A client can't end a line, since all text is escaped.
struct AuditLines {
    private var time = TimeText()

    /// The line of an answer.
    /// - Parameter now: The wall clock.
    mutating func answer(_ report: Report, _ note: AuditNote, at client: String, now: timespec) -> [UInt8] {
        var line = begin(now)
        line.reserveCapacity(400)
        line += ",\"person\":".utf8
        switch note.sender {
        case .person(let name): JSONText.append(name, to: &line)
        case .shared(let claimed):
            line += "\"@shared\"".utf8
            if let claimed {
                line += ",\"claimed_name\":".utf8
                JSONText.append(claimed, to: &line)
            }
        case .everybody: line += "\"@public\"".utf8
        case .nobody: line += "null".utf8
        }
        line += ",\"address\":".utf8
        JSONText.append(client, to: &line)
        if let request = report.request {
            line += ",\"method\":\"\(request.method.rawValue)\",\"target\":".utf8
            JSONText.append(RedactedTarget.whole(request.target.raw), to: &line)
        }
        line += ",\"status\":\(report.status.code),\"records\":\(report.rows),\"bytes\":\(report.bodyBytes)".utf8
        line += ",\"edition\":\"\(note.editions.rawValue)\",\"complete\":\(report.complete)".utf8
        line += ",\"request_id\":".utf8
        JSONText.append(note.requestID, to: &line)
        if let given = note.clientRequestID {
            line += ",\"client_request_id\":".utf8
            JSONText.append(given, to: &line)
        }
        line += "}\n".utf8
        return line
    }

    /// The line of an event of the file itself.
    /// - Parameter lines: How many lines it is about, if any.
    mutating func event(_ name: StaticString, lines: Int? = nil, now: timespec = AuditLines.now()) -> [UInt8] {
        var line = begin(now)
        line += ",\"event\":\"\(name)\"".utf8
        if let lines { line += ",\"lines\":\(lines)".utf8 }
        line += "}\n".utf8
        return line
    }

    private mutating func begin(_ now: timespec) -> [UInt8] {
        var line = Array("{\"time\":\"".utf8)
        line += time.bytes(now.tv_sec, milliseconds: now.tv_nsec / 1_000_000)
        line.append(UInt8(ascii: "\""))
        return line
    }

    /// The wall clock.
    static func now() -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time
    }
}

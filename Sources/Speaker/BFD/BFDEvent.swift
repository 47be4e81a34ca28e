import Addresses
import BFD
import Logging

/// What is reported to a person.
enum BFDEvent: Hashable, Sendable {
    case stateChanged(peer: String, from: SessionState, to: SessionState, Diagnostic, isFailure: Bool)
    case receiverFailed(BFDPlace, message: String, retryAfter: Duration)
    case senderFailed(peer: String, message: String, retryAfter: Duration)
    /// Reported when sending starts to fail, and not again before it has worked.
    case sendFailed(peer: String, message: String)
    /// Reported once a minute at most for each peer and reason; `nil`: a packet for no session.
    case dropped(peer: String?, DropReason, from: IPAddress)
    /// The thread could not run for so long; peers may have declared this node down.
    case stalled(Duration)
    /// The thread runs without real-time priority; the text says why.
    case notRealtime(String)
    /// The thread cannot go on.
    case stopped(String)

    /// One line for each, at the level that it deserves.
    func log(to logger: Logger) {
        switch self {
        case .stateChanged(let peer, let old, let new, let diagnostic, let isFailure):
            var metadata: Logger.Metadata = ["peer": "\(peer)", "from": "\(old)", "to": "\(new)"]
            if diagnostic != .none { metadata["reason"] = "\(diagnostic)" }
            logger.log(level: isFailure ? .warning : .info, "BFD session changed state", metadata: metadata)
        case .receiverFailed(_, let message, let delay):
            logger.error("BFD: \(message)", metadata: ["retryAfter": "\(delay)"])
        case .senderFailed(let peer, let message, let delay):
            logger.error("BFD: \(message)", metadata: ["peer": "\(peer)", "retryAfter": "\(delay)"])
        case .sendFailed(let peer, let message):
            logger.warning("BFD: \(message)", metadata: ["peer": "\(peer)"])
        case .dropped(let peer, let reason, let source):
            logger.warning(
                "BFD: packets dropped",
                metadata: ["peer": "\(peer ?? "none")", "reason": "\(reason.rawValue)", "source": "\(source)"])
        case .stalled(let duration):
            logger.warning(
                "BFD: this host ran the thread too late; peers may have declared this node down",
                metadata: ["late": "\(duration)"])
        case .notRealtime(let message):
            logger.notice(
                "BFD: \(message); when this host is busy, peers may declare it down")
        case .stopped(let message): logger.critical("BFD: \(message); all BFD sessions stopped")
        }
    }
}

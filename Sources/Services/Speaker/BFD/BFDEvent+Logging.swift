import Addresses
import BFD
import Logging
import NodeDecisions

extension BFDEvent: EngineEvent {
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

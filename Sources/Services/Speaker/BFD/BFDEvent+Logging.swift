import Addresses
import BFD
import Logging
import NodeDecisions
import Telemetry

extension BFDEvent: EngineEvent {
    /// One line for each, at the level that it deserves.
    func log(to logger: Logger) {
        switch self {
        case .stateChanged(let peer, let old, let new, let diagnostic, let isFailure):
            var metadata: Logger.Metadata = [LogKey.peer: "\(peer)", LogKey.from: "\(old)", LogKey.to: "\(new)"]
            if diagnostic != .none { metadata[LogKey.reason] = "\(diagnostic)" }
            logger.log(level: isFailure ? .warning : .info, "BFD session changed state", metadata: metadata)
        case .receiverFailed(_, let message, let delay):
            logger.error("BFD: \(message)", metadata: [LogKey.retryAfter: "\(delay)"])
        case .senderFailed(let peer, let message, let delay):
            logger.error("BFD: \(message)", metadata: [LogKey.peer: "\(peer)", LogKey.retryAfter: "\(delay)"])
        case .sendFailed(let peer, let message):
            logger.warning("BFD: \(message)", metadata: [LogKey.peer: "\(peer)"])
        case .dropped(let peer, let reason, let source):
            logger.warning(
                "BFD: packets dropped",
                metadata: [
                    LogKey.peer: "\(peer ?? "none")", LogKey.reason: "\(reason.rawValue)", LogKey.source: "\(source)",
                ])
        case .stalled(let duration):
            logger.warning(
                "BFD: this host ran the thread too late; peers may have declared this node down",
                metadata: [LogKey.late: "\(duration)"])
        case .notRealtime(let message):
            logger.notice(
                "BFD: \(message); when this host is busy, peers may declare it down")
        case .stopped(let message): logger.critical("BFD: \(message); all BFD sessions stopped")
        }
    }
}

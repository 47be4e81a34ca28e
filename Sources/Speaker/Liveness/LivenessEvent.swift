import Addresses
import BFD
import Logging

/// What a person should hear of.
package enum LivenessEvent: Hashable, Sendable {
    case memberUp(node: String, interface: String, address: IPAddress)
    case memberLost(node: String, interface: String, SessionState, Diagnostic)
    case socketFailed(interface: String, AddressFamily, message: String, retryAfter: Duration)
    /// Told when sending begins to fail, and not again before it has worked.
    case sendFailed(interface: String, AddressFamily, message: String)
    /// Told once a minute at most for each interface and reason.
    case dropped(interface: String, DropReason, from: IPAddress)
    /// The interval between packets follows the segment's size.
    case intervalChanged(interface: String, Duration)
    /// The thread could not run for so long; others may have taken this node for dead.
    case stalled(interface: String, Duration)
    /// Two nodes' names have one hash.
    case collision(NodeIdentities.Collision)
    /// The thread runs without real-time priority; the text says why.
    case notRealtime(String)
    /// The thread cannot go on; this node is neither heard nor hears.
    case stopped(String)

    /// One line for each, at the level that it deserves.
    func log(to logger: Logger) {
        switch self {
        case .memberUp(let node, let interface, let address):
            logger.info(
                "liveness: node is up",
                metadata: ["node": "\(node)", "interface": "\(interface)", "address": "\(address)"])
        case .memberLost(let node, let interface, let state, let diagnostic):
            logger.info(
                "liveness: node is \(state == .adminDown ? "leaving" : "lost")",
                metadata: ["node": "\(node)", "interface": "\(interface)", "reason": "\(diagnostic)"])
        case .socketFailed(let interface, let family, let message, let delay):
            logger.error(
                "liveness: \(message)",
                metadata: ["interface": "\(interface)", "family": "\(family)", "retryAfter": "\(delay)"])
        case .sendFailed(let interface, let family, let message):
            logger.warning(
                "liveness: \(message)", metadata: ["interface": "\(interface)", "family": "\(family)"])
        case .dropped(let interface, let reason, let source):
            logger.warning(
                "liveness: packets are dropped",
                metadata: ["interface": "\(interface)", "reason": "\(reason.rawValue)", "source": "\(source)"])
        case .intervalChanged(let interface, let interval):
            logger.info(
                "liveness: interval changed", metadata: ["interface": "\(interface)", "interval": "\(interval)"])
        case .stalled(let interface, let duration):
            logger.warning(
                "liveness: this host did not run the thread in time; others may have taken this node for dead",
                metadata: ["interface": "\(interface)", "late": "\(duration)"])
        case .collision(let collision):
            logger.warning(
                "liveness: two node names have one hash; the second uses another discriminator",
                metadata: ["node": "\(collision.node)", "other": "\(collision.other ?? "none")"])
        case .notRealtime(let message):
            logger.notice(
                "liveness: \(message); a busy host may look like a dead one to others")
        case .stopped(let message):
            logger.critical("liveness: \(message); this node is neither heard nor hears")
        }
    }
}

import Addresses
import BFD
import Logging
import NodeDecisions
import Telemetry

extension LivenessEvent: EngineEvent {
    /// One line for each, at the level that it deserves.
    func log(to logger: Logger) {
        switch self {
        case .memberUp(let node, let interface, let address):
            logger.info(
                "liveness: node is up",
                metadata: [LogKey.node: "\(node)", LogKey.interface: "\(interface)", LogKey.address: "\(address)"])
        case .memberLost(let node, let interface, let state, let diagnostic):
            logger.info(
                "liveness: node is \(state == .adminDown ? "leaving" : "down")",
                metadata: [LogKey.node: "\(node)", LogKey.interface: "\(interface)", LogKey.reason: "\(diagnostic)"])
        case .socketFailed(let interface, let family, let message, let delay):
            logger.error(
                "liveness: \(message)",
                metadata: [LogKey.interface: "\(interface)", LogKey.family: "\(family)", LogKey.retryAfter: "\(delay)"])
        case .sendFailed(let interface, let family, let message):
            logger.warning(
                "liveness: \(message)", metadata: [LogKey.interface: "\(interface)", LogKey.family: "\(family)"])
        case .dropped(let interface, let reason, let source):
            logger.warning(
                "liveness: packets dropped",
                metadata: [
                    LogKey.interface: "\(interface)", LogKey.reason: "\(reason.rawValue)", LogKey.source: "\(source)",
                ])
        case .intervalChanged(let interface, let interval):
            logger.info(
                "liveness: interval changed",
                metadata: [LogKey.interface: "\(interface)", LogKey.interval: "\(interval)"])
        case .stalled(let interface, let duration):
            logger.warning(
                "liveness: this host ran the thread too late; other nodes may have declared this node down",
                metadata: [LogKey.interface: "\(interface)", LogKey.late: "\(duration)"])
        case .memberDamped(let node, let interface):
            logger.warning(
                """
                liveness: node flaps and is treated as down until it is stable for \(MemberDamping.calm); check its link, and \
                whether another host sends its packets
                """, metadata: [LogKey.node: "\(node)", LogKey.interface: "\(interface)"])
        case .twin(let node, let interface, let twin):
            logger.error(
                """
                liveness: another host runs Martlet as node \(node) of the same cluster; give one of them another name (--node), or \
                the two clusters different ones (--cluster)
                """,
                metadata: [
                    LogKey.interface: "\(interface)", LogKey.mac: "\(twin.hardwareAddress)",
                    LogKey.source: "\(twin.address)",
                ])
        case .foreignSpeaker(let interface, let speaker):
            logger.notice(
                "liveness: a Martlet speaker of another cluster is on the segment",
                metadata: [
                    LogKey.interface: "\(interface)", LogKey.cluster: "\(speaker.cluster)",
                    LogKey.node: "\(speaker.node ?? "unknown")",
                    LogKey.mac: "\(speaker.hardwareAddress)", LogKey.source: "\(speaker.address)",
                ])
        case .loopFrozen(let loop):
            logger.critical(
                "liveness: a loop is frozen, so this node cannot answer; reported to the other nodes as leaving",
                metadata: [LogKey.loop: "\(loop)"])
        case .loopTurnsAgain(let loop):
            logger.warning("liveness: the loop runs again; this node is back", metadata: [LogKey.loop: "\(loop)"])
        case .collision(let collision):
            logger.warning(
                "liveness: two node names have the same hash; the second uses another discriminator",
                metadata: [LogKey.node: "\(collision.node)", LogKey.other: "\(collision.other ?? "none")"])
        case .notRealtime(let message):
            logger.notice(
                "liveness: \(message); when this host is busy, other nodes may declare it down")
        case .stopped(let message):
            logger.critical("liveness: \(message); other nodes now see this node as down")
        }
    }
}

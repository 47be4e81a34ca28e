import Addresses
import Interfaces
import LinkLayer
import Logging
import NodeDecisions
import Telemetry

extension Layer2Event: EngineEvent {
    /// One line for each, at the level that it deserves.
    func log(to logger: Logger) {
        switch self {
        case .answering(let interface, let hardwareAddress):
            logger.info(
                "layer 2: answering", metadata: [LogKey.interface: "\(interface)", LogKey.mac: "\(hardwareAddress)"])
        case .silent(let interface, let obstacle):
            logger.info(
                "layer 2: stopped answering",
                metadata: [
                    LogKey.interface: "\(interface)", LogKey.reason: "\(obstacle?.rawValue ?? "NothingAnnounced")",
                ])
        case .interfaceRemoved(let interface):
            logger.warning("layer 2: interface is gone", metadata: [LogKey.interface: "\(interface)"])
        case .renamed(let old, let new):
            logger.info("layer 2: interface renamed", metadata: [LogKey.interface: "\(new)", LogKey.from: "\(old)"])
        case .hardwareAddressChanged(let interface, let hardwareAddress):
            logger.info(
                "layer 2: MAC address changed, announcing again",
                metadata: [LogKey.interface: "\(interface)", LogKey.mac: "\(hardwareAddress)"])
        case .captureFailed(let interface, let message, let delay):
            logger.error(
                "layer 2: \(message)", metadata: [LogKey.interface: "\(interface)", LogKey.retryAfter: "\(delay)"])
        case .joinFailed(let interface, let message):
            logger.warning("layer 2: \(message)", metadata: [LogKey.interface: "\(interface)"])
        case .conflict(let address, let stranger, let interface):
            logger.warning(
                "layer 2: address conflict: a host that is not a speaker of this cluster uses an address of this node",
                metadata: [
                    LogKey.address: "\(address)", LogKey.mac: "\(stranger.hardwareAddress)",
                    LogKey.interface: "\(interface)",
                    LogKey.host: "\(stranger)",
                ])
        case .conflictOver(let address, let interface):
            logger.info(
                "layer 2: resolved: no other host uses the address",
                metadata: [LogKey.address: "\(address)", LogKey.interface: "\(interface)"])
        case .forged(let address, let witness, let interface):
            logger.warning(
                "layer 2: ignored a claim in the name of a node that does not have the address",
                metadata: [
                    LogKey.address: "\(address)", LogKey.mac: "\(witness.hardwareAddress)",
                    LogKey.interface: "\(interface)",
                ])
        case .beliefDropped(let address, let witness, let interface):
            logger.notice(
                "layer 2: the presumed owner of an address does not answer for it",
                metadata: [
                    LogKey.address: "\(address)", LogKey.mac: "\(witness.hardwareAddress)",
                    LogKey.interface: "\(interface)",
                ])
        case .configuredLocally(let address, let interface):
            logger.warning(
                "layer 2: the kernel also has an announced address, and answers for it unless arp_ignore is set",
                metadata: [LogKey.address: "\(address)", LogKey.interface: "\(interface)"])
        case .wokenLate(let wait, let duration):
            logger.info(
                "layer 2: this host is busy: answering at real-time priority for a while",
                metadata: [LogKey.waited: "\(wait)", LogKey.duration: "\(duration)"])
        case .notRealtime(let message):
            logger.notice("layer 2: \(message); answers may be late when this host is busy")
        case .stopped(let message):
            logger.critical("layer 2: \(message); layer 2 stopped, no request is answered")
        }
    }
}

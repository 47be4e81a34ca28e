import Addresses
import BFD
import Timing
import WireCodec

// What the sockets say.

extension BFDCore {
    package mutating func listening(at place: BFDReceiverKey) -> [Action] {
        guard receivers[place] != nil else { return [.stopListening(place)] }
        receivers[place] = Receiver(state: .open)
        return []
    }

    /// The socket could not be opened, or cannot be read from any more.
    package mutating func receiverFailed(
        _ place: BFDReceiverKey, message: String, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        guard var receiver = receivers[place] else { return [] }
        let delay = receiver.backoff.next(using: &generator)
        let wasOpen = receiver.state == .open
        receiver.state = .failed(message)
        receivers[place] = receiver
        deadlines.set(.receiver(place), at: now.advanced(by: delay))
        return (wasOpen ? [.stopListening(place)] : [])
            + [.log(.receiverFailed(place, message: message, retryAfter: delay))]
    }

    /// - Parameter scope: the index of the interface that a link-local peer is on; else zero.
    package mutating func senderOpened(_ id: ID, scope: Int32) -> [Action] {
        guard items[id] != nil else { return [.closeSender(id)] }
        items[id]?.sender = .open
        items[id]?.scope = scope
        return []
    }

    package mutating func senderFailed(
        _ id: ID, message: String, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        guard var item = items[id] else { return [] }
        let delay = item.backoff.next(using: &generator)
        item.sender = .failed(message)
        items[id] = item
        deadlines.set(.sender(id), at: now.advanced(by: delay))
        guard let name = item.names.first else { return [] }
        return [.log(.senderFailed(peer: name, message: message, retryAfter: delay))]
    }

    package mutating func sent(_ id: ID) {
        items[id]?.packetsSent += 1
        items[id]?.isUnsendable = false
        items[id]?.backoff.reset()
    }

    /// A packet is lost, as it would be on the wire.
    ///
    /// - Parameter isDeviceGone: the socket is bound to a device that is not there any more.
    package mutating func sendFailed(
        _ id: ID, message: String, isDeviceGone: Bool, at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        guard let item = items[id] else { return [] }
        items[id]?.sendFailures += 1
        items[id]?.isUnsendable = true
        var actions: [Action] = []
        if !item.isUnsendable, let name = item.names.first {
            actions.append(.log(.sendFailed(peer: name, message: message)))
        }
        let route = item.settings.route
        guard route.zone != nil || route.device != nil || route.sourceAddress != nil else { return actions }
        // The interface may have been created again, or the address removed and added back: a socket keeps to the old one.
        actions.append(.closeSender(id))
        // Already reported.
        _ = senderFailed(id, message: message, at: now, using: &generator)
        // Other listeners on the same device have lost it as well. Any other error is this peer's alone.
        if isDeviceGone, route.device != nil, receivers[item.settings.place]?.state == .open {
            actions += receiverFailed(item.settings.place, message: message, at: now, using: &generator)
        }
        return actions
    }

    /// Takes the octets of a datagram.
    package mutating func receive(
        _ octets: Span<UInt8>, at place: BFDReceiverKey, _ arrival: Arrival, now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        var actions: [Action] = []
        var reader = ByteReader(octets)
        do throws(DropReason) {
            let packet = try ControlPacket(decoding: &reader)
            guard let id = recipient(of: packet, at: place, arrival) else { throw .sessionNotFound }
            guard items[id]?.mayArrive(through: arrival.interface) == true else {
                drop(.interfaceWrong, id, at: now, &actions)
                return actions
            }
            items[id]?.packetsReceived += 1
            handle(.received(packet, hopLimit: arrival.hopLimit), by: id, at: now, &actions, &generator)
            if items[id]?.session.state == .up, items[id]?.linkInUse == nil { items[id]?.linkInUse = arrival.interface }
        } catch {
            strayDrops[error, default: 0] += 1
            guard lastToldStrayDrop[error].map({ $0.duration(to: now) >= BFDCore.toldEvery }) ?? true else {
                return actions
            }
            lastToldStrayDrop[error] = now
            actions.append(.log(.dropped(peer: nil, error, from: arrival.source)))
        }
        return actions
    }

    package func snapshot(at now: Instant) -> BFDSnapshot {
        var snapshot = BFDSnapshot()
        snapshot.moment = now
        snapshot.strayDrops = strayDrops
        for item in items.values {
            for name in item.names { snapshot.sessions[name] = describe(item) }
        }
        return snapshot
    }

    private func describe(_ item: Item) -> BFDSnapshot.Session {
        var problem: String?
        if case .failed(let message) = item.sender { problem = message }
        if case .failed(let message) = receivers[item.settings.place]?.state { problem = message }
        return BFDSnapshot.Session(
            status: item.told, transmitInterval: item.session.transmitInterval,
            detectionTime: item.session.detectionTime, failures: item.failures, packetsSent: item.packetsSent,
            packetsReceived: item.packetsReceived, sendFailures: item.sendFailures, drops: item.drops, problem: problem)
    }
}

import Addresses
import LinkLayer
import Timing
import WireCodec

/// A host that uses all addresses without a pause: its neighbour cache goes as Linux's does (RFC 4861 §7.3.2, which Linux
/// follows for ARP as well), at a faster pace.
struct SimulatedClient {
    enum State: Hashable, Sendable {
        /// Asks all, so many times more before it begins again.
        case incomplete(left: Int)
        case reachable
        /// The entry is old; what uses it may still confirm it.
        case delay
        /// Asks the one that had it, so many times more.
        case probe(left: Int)
    }

    private struct Entry {
        var state: State
        var hardwareAddress: MACAddress?
        var due: Instant
    }

    /// RFC 4861 §10: MAX_MULTICAST_SOLICIT, MAX_UNICAST_SOLICIT.
    private static let questions = 3
    /// RFC 4861 §10: RETRANS_TIMER.
    private static let pause = Duration.seconds(1)
    /// REACHABLE_TIME is 30 s and DELAY_FIRST_PROBE_TIME 5 s; nobody waits for that here.
    private static let freshness = Duration.seconds(4)
    private static let patience = Duration.seconds(1)

    /// How long it believes what is wrong, at most, unless it hears better.
    static let longestDelusion = freshness + patience + pause * (questions + 1)

    let hardwareAddress = MACAddress(2, 1, 0, 0, 0, 1)
    private let own: (v4: IPv4Address, v6: IPv6Address) = (
        IPv4Address(rawValue: 0x0A00_FA01), IPv6Address(rawValue: 0xFE80_0000_0000_0000_0000_0000_0000_FA01)
    )
    private var entries: [IPAddress: Entry] = [:]
    /// Addresses whose entries have changed since they were looked at.
    var changed: Set<IPAddress> = []

    /// Where packets to the address go.
    func neighbor(_ address: IPAddress) -> MACAddress? { entries[address]?.hardwareAddress }

    var nextDeadline: Instant? { entries.values.map(\.due).min() }

    /// It begins to use the address.
    mutating func use(_ address: IPAddress, at now: Instant) {
        guard entries[address] == nil else { return }
        entries[address] = Entry(state: .incomplete(left: 0), hardwareAddress: nil, due: now)
    }

    /// Nobody uses it any more.
    mutating func forget(_ address: IPAddress) {
        guard entries.removeValue(forKey: address) != nil else { return }
        changed.insert(address)
    }

    /// - Parameter isConfirmed: whether what it sends there is answered, by protocols above that show it (RFC 4861 §7.3.1).
    mutating func handleDeadline(at now: Instant, isConfirmed: (IPAddress) -> Bool) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        for (address, entry) in entries.sorted(by: { $0.key < $1.key }) where entry.due <= now {
            var entry = entry
            switch entry.state {
            case .reachable:
                entry.state = .delay
                entry.due = now.advanced(by: SimulatedClient.patience)
            case .delay where isConfirmed(address):
                entry.state = .reachable
                entry.due = now.advanced(by: SimulatedClient.freshness)
            case .delay:
                entry.state = .probe(left: SimulatedClient.questions - 1)
                entry.due = now.advanced(by: SimulatedClient.pause)
                frames.append(question(address, to: entry.hardwareAddress))
            case .probe(let left) where left > 0:
                entry.state = .probe(left: left - 1)
                entry.due = now.advanced(by: SimulatedClient.pause)
                frames.append(question(address, to: entry.hardwareAddress))
            case .incomplete(let left) where left > 0:
                entry.state = .incomplete(left: left - 1)
                entry.due = now.advanced(by: SimulatedClient.pause)
                frames.append(question(address, to: nil))
            case .probe, .incomplete:
                entry = Entry(
                    state: .incomplete(left: SimulatedClient.questions - 1), hardwareAddress: nil,
                    due: now.advanced(by: SimulatedClient.pause))
                changed.insert(address)
                frames.append(question(address, to: nil))
            }
            entries[address] = entry
        }
        return frames
    }

    mutating func receive(_ octets: [UInt8], at now: Instant) {
        guard let sighting = try? Sighting(decoding: octets.span, on: hardwareAddress), sighting.kind == .use,
            var entry = entries[sighting.address]
        else { return }
        // Linux's arp_process: a gratuitous packet overrides whatever is there, and creates nothing.
        if entry.hardwareAddress != sighting.hardwareAddress { changed.insert(sighting.address) }
        entry.hardwareAddress = sighting.hardwareAddress
        entry.state = .reachable
        entry.due = now.advanced(by: SimulatedClient.freshness)
        entries[sighting.address] = entry
    }

    private func question(_ address: IPAddress, to neighbor: MACAddress?) -> [UInt8] {
        var writer = ByteWriter()
        switch address {
        case .v4(let target):
            ARPPacket(
                operation: .request, senderHardwareAddress: hardwareAddress, senderProtocolAddress: own.v4,
                targetHardwareAddress: .zero, targetProtocolAddress: target
            ).encodeFrame(to: neighbor ?? .broadcast, into: &writer)
        case .v6(let target):
            NeighborSolicitation(target: target, sourceLinkLayerAddress: hardwareAddress).encodeFrame(
                from: hardwareAddress, own.v6, to: neighbor, into: &writer)
        }
        return writer.bytes
    }
}

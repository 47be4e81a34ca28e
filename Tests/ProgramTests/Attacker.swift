import Addresses
import LinkLayer
import NetworkIO
import Synchronization
import SystemIO
import TestSupport
import Timing
import WireCodec

/// A host of the segment that sends what it likes: frames made by hand, octet by octet, and copies of what it has heard.
struct Attacker: Sendable {
    /// Kinds of the mark's first version; see `ClaimMark`.
    enum Kind: UInt8 {
        case probe = 1
        case claim = 2
        case confirmation = 4
        case greeting = 5
        case concession = 6
    }

    let host: NetworkNamespace
    var hardwareAddress = SegmentLab.clientMAC

    /// FNV-1a of 32 bits, as `NodeIdentities` numbers nodes.
    static func number(of node: String) -> UInt32 {
        node.utf8.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }

    /// An ARP frame with a mark.
    static func frame(
        _ kind: Kind, of address: IPv4Address, inTheNameOf node: String, term: UInt32, from source: MACAddress,
        to destination: MACAddress = .broadcast, flags: UInt8 = 0
    ) -> [UInt8] {
        let announces = kind == .claim
        var writer = ByteWriter()
        ARPPacket(
            operation: .request, senderHardwareAddress: source,
            senderProtocolAddress: announces ? address : .unspecified, targetHardwareAddress: .zero,
            targetProtocolAddress: address
        ).encodeFrame(to: destination, into: &writer)
        // 42 octets of ARP, then the mark.
        var octets = Array(writer.bytes.prefix(42))
        let number = number(of: node)
        octets += [0x4D, 0x52, 0x4C, 0x54, 0x10 | kind.rawValue, flags << 4]
        for shift in [24, 16, 8, 0] as [UInt32] { octets.append(UInt8(truncatingIfNeeded: number >> shift)) }
        for shift in [24, 16, 8, 0] as [UInt32] { octets.append(UInt8(truncatingIfNeeded: term >> shift)) }
        // The company that it says it hears, and the weight.
        return octets + [0, 5, 0xFF, 0xFF]
    }

    /// A plain ARP probe of a host (RFC 5227 §2.1.1).
    static func plainProbe(of address: IPv4Address, from source: MACAddress) -> [UInt8] {
        var writer = ByteWriter()
        ARPPacket(
            operation: .request, senderHardwareAddress: source, senderProtocolAddress: .unspecified,
            targetHardwareAddress: .zero, targetProtocolAddress: address
        ).encodeFrame(to: .broadcast, into: &writer)
        return writer.bytes
    }

    /// Sends frames one after the other, again from the first, at a pace, for a while.
    func send(_ frames: [[UInt8]], every interval: Duration, for duration: Duration) async throws {
        try await host.onThread {
            let capture = try PacketCapture(interface: "eth0", options: PacketCapture.Options(filter: "less 1"))
            let began = UptimeClock.now
            var next = began
            var index = 0
            while began.duration(to: UptimeClock.now) < duration {
                let frame = frames[index % frames.count]
                try capture.send(frame.span)
                index += 1
                next = next.advanced(by: interval)
                while UptimeClock.now < next { Shell.pause() }
            }
        }
    }

    /// What it hears for a while.
    func record(for duration: Duration) async throws -> [[UInt8]] {
        try await host.onThread {
            let capture = try PacketCapture(
                interface: "eth0", options: PacketCapture.Options(filter: "arp or icmp6 or udp port 3784"))
            var frames: [[UInt8]] = []
            let began = UptimeClock.now
            while began.duration(to: UptimeClock.now) < duration {
                _ = try capture.receive(limit: 64) { octets, _ in
                    frames.append((0..<octets.count).map { octets[$0] })
                }
                Shell.pause()
            }
            return frames
        }
    }

    /// Answers each probe for an address, late.
    func answerLate(_ address: IPv4Address, after delay: Duration, for duration: Duration) async throws {
        let own = hardwareAddress
        try await host.onThread {
            let capture = try PacketCapture(interface: "eth0", options: PacketCapture.Options(filter: "arp[6:2] = 1"))
            var due: [Instant] = []
            let began = UptimeClock.now
            while began.duration(to: UptimeClock.now) < duration {
                _ = try capture.receive(limit: 64) { octets, _ in
                    var reader = ByteReader(octets)
                    guard let header = try? EthernetHeader(decoding: &reader), header.source != own,
                        let packet = try? ARPPacket(decoding: &reader), packet.targetProtocolAddress == address
                    else { return }
                    due.append(UptimeClock.now.advanced(by: delay))
                }
                while let first = due.first, first <= UptimeClock.now {
                    due.removeFirst()
                    var reply = ByteWriter()
                    ARPPacket(
                        operation: .reply, senderHardwareAddress: own, senderProtocolAddress: address,
                        targetHardwareAddress: .broadcast, targetProtocolAddress: address
                    ).encodeFrame(to: .broadcast, into: &reply)
                    let octets = reply.bytes
                    try capture.send(octets.span)
                }
                Shell.pause()
            }
        }
    }
}

import Addresses
import Timing
import WireCodec

/// Asks one segment who answers for an address, on behalf of a host that does not want it: several probes, and all
/// answers to each.
///
/// A value: give it what was received and when, send the frame that ``popFrame(at:into:)`` writes, and come back no later
/// than ``nextDeadline``, until it ``isOver(at:)``.
///
/// No host's cache learns the address from it. The probes carry a speaker's mark of the kind
/// ``ClaimMark/Kind/inquiry``, so that no speaker takes them for the start of a claim, and each
/// that has it says which speaker it is.
///
/// Standards: RFC 5227 §2.1.1 (ARP probes), RFC 4861 §7.2.2 (solicitations).
package struct Inquiry: Sendable {
    package struct Pace: Hashable, Sendable {
        /// How many probes are sent.
        package var count: Int
        /// From one to the next.
        package var interval: Duration
        /// How long answers are waited for after the last.
        package var patience: Duration

        package init(
            count: Int = 3, interval: Duration = .milliseconds(200), patience: Duration = .milliseconds(500)
        ) {
            self.count = count
            self.interval = interval
            self.patience = patience
        }
    }

    /// A MAC address that the address was seen at.
    package struct Answer: Hashable, Sendable {
        package let hardwareAddress: MACAddress
        /// From a probe to the first answer to it; one for each probe that was answered.
        package fileprivate(set) var latencies: [Duration] = []
        /// Frames that use or announce the address, and answer no probe.
        package fileprivate(set) var announcements = 0
        /// Which speaker it is, if it is one (``ClaimMark/speaker``).
        package fileprivate(set) var speaker: UInt32?
        /// The number of the probe that it answered last.
        fileprivate var lastProbe = 0
    }

    private enum Question: Hashable, Sendable {
        case arp(IPv4Address)
        case neighborDiscovery(IPv6Address, source: IPv6Address)
    }

    private let question: Question
    private let hardwareAddress: MACAddress
    private let pace: Pace
    /// How many probes were sent.
    package private(set) var sent = 0
    private var lastSent: Instant?
    /// In the order in which they were first seen.
    package private(set) var answers: [Answer] = []

    /// Asks by ARP, from an interface with this MAC address.
    package init(for address: IPv4Address, from hardwareAddress: MACAddress, pace: Pace = Pace()) {
        question = .arp(address)
        self.hardwareAddress = hardwareAddress
        self.pace = pace
    }

    /// Asks by neighbor discovery.
    ///
    /// - Parameter source: an address of the interface's own, best a link-local one. Never the unspecified one: a host that
    ///   was just testing whether its own address is free would give it up (RFC 4862 §5.4.3).
    package init(
        for address: IPv6Address, from hardwareAddress: MACAddress, source: IPv6Address, pace: Pace = Pace()
    ) {
        question = .neighborDiscovery(address, source: source)
        self.hardwareAddress = hardwareAddress
        self.pace = pace
    }

    package var address: IPAddress {
        switch question {
        case .arp(let address): .v4(address)
        case .neighborDiscovery(let address, _): .v6(address)
        }
    }

    // MARK: Time

    /// When the next probe, or the end, is due; long ago before the first probe.
    package var nextDeadline: Instant {
        guard let lastSent else { return .zero }
        return lastSent.advanced(by: sent < pace.count ? pace.interval : pace.patience)
    }

    /// Whether all probes were sent, and had time to be answered.
    package func isOver(at now: Instant) -> Bool { sent >= pace.count && nextDeadline <= now }

    /// Writes a probe if one is due, and says whether it did.
    package mutating func popFrame(at now: Instant, into writer: inout ByteWriter) -> Bool {
        guard sent < pace.count, nextDeadline <= now else { return false }
        sent += 1
        lastSent = now
        let mark = ClaimMark(.inquiry, speaker: 0)
        switch question {
        case .arp(let address):
            ClaimFrame.probe(.v4(address)).encode(from: hardwareAddress, mark: mark, into: &writer)
        case .neighborDiscovery(let address, let source):
            NeighborSolicitation(target: address, sourceLinkLayerAddress: hardwareAddress).encodeFrame(
                from: hardwareAddress, source, mark: mark, into: &writer)
        }
        return true
    }

    // MARK: Frames

    /// Takes a frame, beginning with its Ethernet header; what is about something else changes nothing.
    package mutating func receive(_ frame: Span<UInt8>, at now: Instant) {
        guard let sighting = try? Sighting(decoding: frame, on: hardwareAddress), sighting.kind == .use,
            sighting.address == address
        else { return }
        let index = answers.firstIndex { $0.hardwareAddress == sighting.hardwareAddress } ?? answers.endIndex
        if index == answers.endIndex { answers.append(Answer(hardwareAddress: sighting.hardwareAddress)) }
        if let mark = sighting.mark { answers[index].speaker = mark.speaker }
        if let lastSent, isReply(frame) {
            // A speaker's second answer to one probe says which speaker it is, and no more.
            guard answers[index].lastProbe < sent else { return }
            answers[index].lastProbe = sent
            answers[index].latencies.append(lastSent.duration(to: now))
        } else if sighting.mark?.kind != .answer {
            answers[index].announcements += 1
        }
    }

    /// Whether a frame that shows a use of the address is an answer to this interface.
    private func isReply(_ frame: Span<UInt8>) -> Bool {
        var reader = ByteReader(frame)
        guard let header = try? EthernetHeader(decoding: &reader), header.destination == hardwareAddress else {
            return false
        }
        if header.etherType == .arp { return (try? ARPPacket(decoding: &reader))?.operation == .reply }
        guard (try? IPv6Header(decoding: &reader)) != nil, reader.remaining > 0 else { return false }
        return frame[reader.position] == ICMPv6Type.neighborAdvertisement
    }
}
